/** A URL for people and logs: without user, password, query and fragment. */
export function shownUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return host === '' ? withoutUser(url) : `${protocol}//${host}${pathname}`;
  } catch {
    return withoutUser(url);
  }
}

/** `127.0.0.0/8`, `::1` and `localhost`: where plain HTTP is taken for granted. */
export function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || /^127(?:\.\d{1,3}){3}$/.test(bare);
}

function withoutUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/, '');
}
