/** What the platform itself writes into a build's output, in Heroku's words (heroku-behaviour.md 6.8). */

/** `heroku-24` → `Heroku-24` */
export function buildHeading(stack: string): string {
  return `-----> Building on the ${stack.charAt(0).toUpperCase()}${stack.slice(1)} stack\n`;
}

/** Names as given; none: they are detected. */
export function buildpackHeading(names: readonly string[]): string {
  if (names.length === 0) return '-----> Determining which buildpack to use for this app\n';
  if (names.length === 1) return `-----> Using buildpack: ${names[0]}\n`;
  const list = names.map((name, index) => `       ${index + 1}. ${name}\n`);
  return `-----> Using buildpacks:\n${list.join('')}`;
}

/** Null: there is no Procfile, or no buildpack. */
export function processTypesText(declared: string[] | null, defaults: string[], origin: 'buildpack' | 'image'): string {
  const lines = ['-----> Discovering process types'];
  const list = (types: string[]) => (types.length === 0 ? '(none)' : types.join(', '));
  if (defaults.length === 0 && declared && declared.length > 0) {
    lines.push(`       Procfile declares types -> ${list(declared)}`);
  } else {
    const label = `Default types for ${origin}`;
    lines.push(`       ${'Procfile declares types'.padEnd(label.length)} -> ${list(declared ?? [])}`);
    if (defaults.length > 0) lines.push(`       ${label} -> ${list(defaults)}`);
  }
  return `${lines.join('\n')}\n\n`;
}

export function compressedText(bytes: number, softLimit: number): string {
  const warning =
    bytes > softLimit
      ? ` !     Warning: Your slug size (${megabytes(bytes)} MB) exceeds our soft limit (${megabytes(softLimit)} MB) which may affect boot time.\n`
      : '';
  return `-----> Compressing...\n       Done: ${shortSize(bytes)}\n${warning}`;
}

/** `declaresRelease`: there is a release command, which runs after this text. */
export function launchText(version: number, url: string, declaresRelease: boolean): string {
  const notice = declaresRelease
    ? ' !     Release command declared: this new release will not be available until the command succeeds.\n'
    : '';
  return `-----> Launching...\n${notice}       Released v${version}\n       ${url} deployed to Heroku\n`;
}

/** An error as the end of a build's output shows it. */
export function failureText(message: string, remedy?: string): string {
  const lines = [message, ...(remedy ? [remedy] : [])].flatMap((text) => text.split('\n'));
  return `\n${lines.map((line) => ` !     ${line}\n`).join('')}`;
}

export const PUSH_FAILED = '\n !     Push failed\n';

/** `36.6M`, `14K`: as `du -h` rounds. */
export function shortSize(bytes: number): string {
  let size = bytes;
  for (const unit of ['', 'K', 'M', 'G']) {
    if (size < 1024 || unit === 'G')
      return unit === '' ? `${size}B` : `${size < 100 ? trimmed(size) : Math.round(size)}${unit}`;
    size /= 1024;
  }
  throw new Error('not reached');
}

const trimmed = (size: number) => size.toFixed(1).replace(/\.0$/, '');

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
