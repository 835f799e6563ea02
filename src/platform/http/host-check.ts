/**
 * Host headers that the API answers to: names of this machine only, so that a page from elsewhere whose name was made
 * to resolve to 127.0.0.1 gets nothing.
 */
export function isServedHost(host: string | undefined, port: number): boolean {
  if (host === undefined) return false;
  const match = /^(localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(?::(\d+))?$/i.exec(host);
  return match !== null && (match[2] === undefined || Number(match[2]) === port);
}
