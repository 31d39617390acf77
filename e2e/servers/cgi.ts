/** Where a CGI answer's headers end, and how long the empty line is; programs use CRLF or LF. */
export function headerEnd(bytes: Buffer): { at: number; length: number } | undefined {
  for (const line of ['\r\n\r\n', '\n\n']) {
    const at = bytes.indexOf(line);
    if (at >= 0) return { at, length: line.length };
  }
  return undefined;
}

/** A CGI program says its status in a header of that name (RFC 3875 §6.3.3); without it the status is 200. */
export function parseHeaders(text: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers };
}
