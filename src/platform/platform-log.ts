/** What the platform says about itself, a line each, to platform.log. No secrets: no tokens, no config values. */
export interface PlatformLog {
  info(message: string): void;
  error(message: string, error?: unknown): void;
}

/** Writes lines with their time to a stream: `2026-11-22T06:17:02.123Z message`. */
export function platformLog(write: (line: string) => void, now: () => number = Date.now): PlatformLog {
  const line = (message: string) => write(`${new Date(now()).toISOString()} ${message}\n`);
  return {
    info: line,
    error: (message, error) => line(error === undefined ? message : `${message}: ${describe(error)}`),
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\n  caused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
