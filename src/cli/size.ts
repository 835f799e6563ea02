const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `36 MB`: powers of 1024 under their old names, without decimals, as the official CLI prints sizes. */
export function formatSize(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Math.round(value)} ${UNITS[unit]}`;
}
