/** `2026/11/22 06:17:02 +0000 (~ 4m ago)`: local time, as the official CLI prints it. */
export function formatAgo(since: string | Date, now = Date.now()): string {
  const date = new Date(since);
  const seconds = Math.max(0, Math.floor((now - date.getTime()) / 1000));
  if (seconds <= 60) return `${formatTime(date)} (~ ${seconds}s ago)`;
  if (seconds <= 60 * 60) return `${formatTime(date)} (~ ${Math.floor(seconds / 60)}m ago)`;
  if (seconds <= 25 * 60 * 60) return `${formatTime(date)} (~ ${Math.floor(seconds / 3600)}h ago)`;
  return formatTime(date);
}

/** `2026/11/22 06:17:02 +0000` */
export function formatTime(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}${two(Math.abs(offset) % 60)}`;
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`;
}

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
