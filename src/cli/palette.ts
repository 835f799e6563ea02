/** Colour by noun. Every entry takes text and returns it, coloured or not. */
export interface Palette {
  /** apps, spaces: what is being talked about */
  name: (text: string) => string;
  heading: (text: string) => string;
  good: (text: string) => string;
  bad: (text: string) => string;
  attention: (text: string) => string;
  detail: (text: string) => string;
  faint: (text: string) => string;
  /** one style per name, always the same: processes in a log */
  styleOf: (name: string) => (text: string) => string;
}

const same = (text: string): string => text;

export const plainPalette: Palette = {
  name: same,
  heading: same,
  good: same,
  bad: same,
  attention: same,
  detail: same,
  faint: same,
  styleOf: () => same,
};

/** Colour on a terminal, unless NO_COLOR, HEROKU_LOGS_COLOR=0 or --no-color; FORCE_COLOR wins over a missing terminal. */
export function wantsColour(stream: {isTTY?: boolean}, env: NodeJS.ProcessEnv, argv: readonly string[]): boolean {
  if (env.NO_COLOR || argv.includes('--no-color') || env.TERM === 'dumb') return false;
  if (env.HEROKU_COLOR === '0' || env.HEROKU_LOGS_COLOR === '0') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return Boolean(stream.isTTY);
}

/** Loads chalk, which only a terminal pays for. */
export async function loadPalette(): Promise<Palette> {
  const {Chalk} = await import('chalk');
  const chalk = new Chalk({level: 1});
  const wheel = [chalk.cyan, chalk.magenta, chalk.green, chalk.yellow, chalk.blue, chalk.red];
  const known = new Map<string, (text: string) => string>();
  return {
    name: chalk.magenta,
    heading: chalk.bold,
    good: chalk.green,
    bad: chalk.red,
    attention: chalk.yellow,
    detail: chalk.cyan,
    faint: chalk.dim,
    styleOf: (name) => {
      if (!known.has(name)) known.set(name, wheel[known.size % wheel.length]!);
      return known.get(name)!;
    },
  };
}
