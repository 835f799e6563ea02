import {DynoError} from '../../model/error.js';
import {requireDynoSize, sizeForOneOff} from '../../model/formation.js';
import type {DynoInfo, OneOffRequest} from '../../runtime/protocol.js';
import type {PlatformContext} from '../context.js';
import type {App} from '../store/apps.js';

/** Body of POST /apps/:app/dynos. */
export interface OneOffBody {
  command: string;
  attach?: boolean | null;
  env?: Record<string, string> | null;
  force_no_tty?: boolean | null;
  size?: string | null;
  type?: string | null;
  time_to_live?: number | null;
}

export const oneOffSchema = {
  type: 'object',
  required: ['command'],
  properties: {
    command: {type: 'string', minLength: 1, maxLength: 65536},
    attach: {type: ['boolean', 'null']},
    env: {
      type: ['object', 'null'],
      additionalProperties: false,
      patternProperties: {'^\\w+$': {type: ['string', 'number', 'boolean']}},
    },
    force_no_tty: {type: ['boolean', 'null']},
    size: {type: ['string', 'null']},
    type: {type: ['string', 'null'], pattern: '^[-\\w]{1,128}$'},
    time_to_live: {type: ['integer', 'null'], minimum: 1, maximum: 86400},
  },
};

/**
 * Starts a one-off dyno (heroku-behaviour.md 2.15). The runtime puts a process type's command for its name, and counts.
 *
 * @throws DynoError no_code, formation_invalid, invalid_params
 */
export async function startOneOff(context: PlatformContext, app: App, body: OneOffBody): Promise<DynoInfo> {
  const {store, runtimes, appLog, account} = context;
  const slugId = store.releases.current(app.id)?.slugId;
  const slug = slugId ? store.slugs.find(slugId) : undefined;
  if (!slug?.image) throw new DynoError('no_code', {app: app.name});
  const size = sizeOf(context, app, body.size);
  const client = await runtimes.clientFor(app);
  appLog(app, `Starting process with command \`${body.command}\` by user ${account.email}`);
  const type = body.type ?? 'run';
  return client.runDyno(app.id, {
    command: body.command,
    kind: type === 'scheduler' ? 'scheduler' : 'run',
    env: environmentOf(body),
    size,
    type,
    attach: body.attach ? {tty: terminalOf(body)} : null,
    ...(body.time_to_live ? {timeToLiveMs: body.time_to_live * 1000} : {}),
  });
}

/** Variables of the request; clients send numbers too. */
export const environmentOf = ({env}: OneOffBody): Record<string, string> =>
  Object.fromEntries(Object.entries(env ?? {}).map(([name, value]) => [name, String(value)]));

function sizeOf({store}: PlatformContext, app: App, size: string | null | undefined): string {
  const runtime = app.spaceId === null ? 'common' : 'space';
  if (size) return requireDynoSize(size, runtime).name;
  return sizeForOneOff(Object.fromEntries(store.formation.listOf(app.id).map((row) => [row.type, row])), runtime);
}

/** A terminal of the client's size, unless it wants none; the size comes once, in the environment. */
export function terminalOf({env, force_no_tty: noTty}: OneOffBody): NonNullable<OneOffRequest['attach']>['tty'] {
  if (noTty) return null;
  const number = (value: string | undefined, fallback: number) => {
    const size = Number(value);
    return Number.isInteger(size) && size > 0 && size < 10_000 ? size : fallback;
  };
  return {columns: number(env?.COLUMNS, 80), rows: number(env?.LINES, 24), term: env?.TERM ?? 'xterm'};
}
