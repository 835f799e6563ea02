import {DynoError} from '../model/error.js';

/** One argument goes as it is; several are joined, those with spaces or quotes in double quotes (2.15). */
export function joinCommand(args: readonly string[]): string {
  if (args.join('') === '')
    throw new DynoError('usage', {message: 'Usage: dyno run COMMAND\n\nExample: dyno run bash'});
  if (args.length === 1) return args[0]!;
  return args.map((arg) => (/[\s"]/.test(arg) ? `"${arg.replace(/["\\]/g, '\\$&')}"` : arg)).join(' ');
}

/** `A=1;B=two` as the official CLI takes it, and `--env A=1 --env B=two`. @throws DynoError usage */
export function parseEnv(texts: readonly string[]): Record<string, string> {
  const pairs = texts.flatMap((text) => text.split(';')).filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new DynoError('usage', {message: `${pair} is no config var: write KEY=VALUE.`});
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
