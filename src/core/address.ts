/** Where to listen; without a host on all addresses of the machine. Port 0 takes a free one. */
export type Address = Readonly<{ host?: string; port: number }>;

/** `:8080`, `127.0.0.1:8080` or `[::1]:8080`; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const { host = '', port } = /^(?<host>[\w.-]*|\[[\da-f:.]+\]):(?<port>\d{1,5})$/i.exec(text)?.groups ?? {};
  if (port === undefined || Number(port) > 65_535) return undefined;
  return { ...(host === '' ? {} : { host: host.replace(/^\[|\]$/g, '') }), port: Number(port) };
}
