/** What a PROXY protocol header says; null source: the proxy speaks for itself (UNKNOWN, LOCAL). */
export interface ProxyHeader {
  source: string | null;
  /** bytes of the header */
  length: number;
}

const V1_MAX = 107;
const V2_MAX = 2048;
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const V1 = /^PROXY (?:UNKNOWN(?: [^\r\n]*)?|(TCP4|TCP6) ([0-9A-Fa-f:.]+) ([0-9A-Fa-f:.]+) (\d{1,5}) (\d{1,5}))\r\n/;

/**
 * Reads a PROXY protocol header, version 1 or 2, at the start of a connection. 'more': not complete yet;
 * 'invalid': there is none, or one that cannot be trusted.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | 'more' | 'invalid' {
  const signature = bytes.subarray(0, V2_SIGNATURE.length);
  if (signature.equals(V2_SIGNATURE.subarray(0, signature.length))) {
    return bytes.length < 16 ? 'more' : readVersion2(bytes);
  }
  const text = bytes.toString('latin1', 0, V1_MAX);
  const match = V1.exec(text);
  if (match) return {source: match[2] ?? null, length: match[0].length};
  const begins = 'PROXY '.startsWith(text.slice(0, 6)) && !text.includes('\n') && text.length < V1_MAX;
  return begins ? 'more' : 'invalid';
}

function readVersion2(bytes: Buffer): ProxyHeader | 'more' | 'invalid' {
  const command = bytes[12]!;
  const family = bytes[13]! >> 4;
  const length = 16 + bytes.readUInt16BE(14);
  if (command >> 4 !== 2 || (command & 15) > 1 || length > V2_MAX) return 'invalid';
  if (bytes.length < length) return 'more';
  if ((command & 15) === 0) return {source: null, length};
  if (family === 1 && length >= 16 + 12) return {source: [...bytes.subarray(16, 20)].join('.'), length};
  if (family === 2 && length >= 16 + 36) return {source: formatVersion6(bytes.subarray(16, 32)), length};
  return family === 0 || family === 3 ? {source: null, length} : 'invalid';
}

function formatVersion6(bytes: Buffer): string {
  const groups = Array.from({length: 8}, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const mapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';
  return mapped ? [...bytes.subarray(12)].join('.') : groups.join(':');
}
