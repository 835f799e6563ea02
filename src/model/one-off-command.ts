/**
 * Command of a one-off dyno: when its first word is a process type, that type's command stands for it
 * (`dyno run worker 42` with `worker: node w.js` runs `node w.js 42`; heroku-behaviour.md 2.15).
 */
export function oneOffCommand(command: string, processTypes: Readonly<Record<string, string>>): string {
  const [, first = '', rest = ''] = /^\s*(\S*)(.*)$/s.exec(command) ?? [];
  const known = Object.hasOwn(processTypes, first) ? processTypes[first] : undefined;
  return known === undefined ? command.trim() : `${known}${rest.trimEnd()}`;
}
