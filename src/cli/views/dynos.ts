import {parseDynoName} from '../../model/dyno.js';
import type {Dyno} from '../../client/shapes.js';
import type {Palette} from '../palette.js';
import {formatAgo, formatTime} from '../time.js';

/** One group of `dyno ps`: a heading and its lines. */
export interface DynoGroup {
  title: string;
  lines: string[];
}

/** One-off dynos first, then the formation grouped by command, as `heroku ps` does. */
export function groupDynos(dynos: readonly Dyno[], palette: Palette, now = Date.now()): DynoGroup[] {
  const sorted = [...dynos].sort(byTypeAndNumber);
  const oneOffs = sorted.filter((dyno) => dyno.type === 'run');
  const others = sorted.filter((dyno) => dyno.type !== 'run');
  const groups = new Map<string, Dyno[]>();
  for (const dyno of others) groups.set(dyno.command, [...(groups.get(dyno.command) ?? []), dyno]);
  return [
    ...(oneOffs.length > 0
      ? [
          {
            title: `${palette.name('run')}: one-off processes (${oneOffs.length})`,
            lines: oneOffs.map((dyno) => oneOffLine(dyno, palette, now)),
          },
        ]
      : []),
    ...[...groups].map(([command, members]) => ({
      title: `${palette.name(members[0]!.type)} (${palette.detail(members[0]!.size)}): ${command} (${members.length})`,
      lines: members.map((dyno) => `${dyno.name}: ${stateOf(dyno, palette, now)}`),
    })),
  ];
}

function oneOffLine(dyno: Dyno, palette: Palette, now: number): string {
  return `${dyno.name} (${palette.detail(dyno.size)}): ${stateOf(dyno, palette, now)}: ${dyno.command}`;
}

function stateOf(dyno: Dyno, palette: Palette, now: number): string {
  const state = dyno.state === 'up' ? palette.good(dyno.state) : palette.attention(dyno.state);
  const next = dyno.next_try_at ? `, next try ${formatTime(new Date(dyno.next_try_at))}` : '';
  return `${state} ${palette.faint(formatAgo(dyno.updated_at, now))}${next}`;
}

function byTypeAndNumber(one: Dyno, other: Dyno): number {
  if (one.type !== other.type) return one.type < other.type ? -1 : 1;
  return numberOf(one) - numberOf(other);
}

const numberOf = (dyno: Dyno): number => parseDynoName(dyno.name)?.number ?? 0;
