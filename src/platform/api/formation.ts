import {DynoError} from '../../model/error.js';
import type {Formation, FormationChange} from '../../model/formation.js';
import {changeFormation} from '../../model/formation.js';
import type {PlatformContext} from '../context.js';
import {route} from '../http/route.js';
import {formationTypesOf} from '../releases/release-plan.js';
import type {App} from '../store/apps.js';
import type {ProcessTypeRow} from '../store/formation.js';
import {isId, timestamp} from '../store/identity.js';
import type {Slug} from '../store/slugs.js';
import {appReference} from './app-json.js';
import {dynoSizeReference} from './dyno-sizes.js';

/** An element of a formation update, in every spelling that clients use (platform-api.md 4). */
interface Update {
  /** name or id of the process type */
  type: string;
  /** `2`, `"2"`, `"+1"`, `"-1"` */
  quantity?: number | string | null;
  size?: string | null;
  dyno_size?: {id?: string; name?: string} | string | null;
}

const size = {type: ['string', 'null']};
const change = {
  quantity: {type: ['integer', 'string', 'null']},
  size,
  dyno_size: {anyOf: [size, {type: 'object', properties: {id: {type: 'string'}, name: {type: 'string'}}}]},
};
const oneBody = {type: 'object', properties: change};
const listBody = {
  type: 'object',
  required: ['updates'],
  properties: {
    updates: {
      type: 'array',
      items: {type: 'object', required: ['type'], properties: {type: {type: 'string'}, ...change}},
    },
  },
};
const ranges = ['type', 'id'] as const;

function present(app: App, slug: Slug, row: ProcessTypeRow) {
  return {
    app: appReference(app),
    command: slug.processTypes[row.type]!,
    created_at: row.createdAt,
    dyno_size: dynoSizeReference(row.size),
    id: row.id,
    quantity: row.quantity,
    size: row.size,
    type: row.type,
    updated_at: row.updatedAt,
  };
}

/** Process types of the code that runs, with their rows. */
function currentFormation({store}: PlatformContext, app: App): {slug: Slug | undefined; rows: ProcessTypeRow[]} {
  const slugId = store.releases.current(app.id)?.slugId;
  const slug = slugId ? store.slugs.find(slugId) : undefined;
  const types = formationTypesOf(slug);
  return {slug, rows: store.formation.listOf(app.id).filter((row) => types.includes(row.type))};
}

function list(context: PlatformContext, app: App) {
  const {slug, rows} = currentFormation(context, app);
  return rows.map((row) => present(app, slug!, row));
}

/** All updates or none, then one line in the log (heroku-behaviour.md 2.12, 5.8). */
async function scale(context: PlatformContext, app: App, updates: Update[]) {
  const {store, clock, account, appLog, runtimes, webhooks} = context;
  const {slug, rows} = currentFormation(context, app);
  const byType = new Map(rows.map((row) => [row.type, row]));
  const before: Formation = Object.fromEntries(byType);
  const changes = updates.map((update) => toChange(update, rows));
  const after = changeFormation(before, changes, {
    runtime: app.spaceId === null ? 'common' : 'space',
    processTypes: slug ? formationTypesOf(slug) : null,
  });
  refuseRelease(after);
  const changed = [...byType.values()].filter(({type, quantity, size: name}) => {
    const entry = after[type];
    return entry !== undefined && (entry.quantity !== quantity || entry.size !== name);
  });
  if (changed.length > 0) {
    const now = timestamp(clock.now());
    store.transaction(() => {
      for (const row of changed) {
        const {quantity, size: name} = after[row.type]!;
        store.formation.update(row.id, {quantity, size: name, updatedAt: now});
      }
      store.apps.touch(app.id);
    });
    const scaled = changed.map(({type}) => `${type}@${after[type]!.quantity}:${after[type]!.size}`).join(' ');
    appLog(app, `Scaled to ${scaled} by user ${account.email}`);
    await runtimes.push(app.id);
  }
  const named = new Set(changes.map(({type}) => type));
  const answer = list(context, app).filter(({type}) => named.has(type));
  for (const data of answer.filter(({type}) => changed.some((row) => row.type === type))) {
    webhooks.publish(app, {include: 'api:formation', action: 'update', data, previous: {...before[data.type]}});
  }
  return answer;
}

/** @throws DynoError formation_invalid */
function toChange(update: Update, rows: ProcessTypeRow[]): FormationChange {
  const type = isId(update.type) ? (rows.find((row) => row.id === update.type)?.type ?? update.type) : update.type;
  const quantity = quantityOf(type, update.quantity);
  const wanted = update.size ?? sizeOf(update.dyno_size);
  return {type, ...(quantity === undefined ? {} : {quantity}), ...(wanted ? {size: wanted} : {})};
}

function quantityOf(type: string, given: Update['quantity']): FormationChange['quantity'] {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'number') return given;
  const match = /^\s*([+-]?)(\d{1,9})\s*$/.exec(given);
  if (!match) {
    throw new DynoError('formation_invalid', {
      message: `Quantity of ${type} must be a whole number from 0, not ${given.slice(0, 40)}.`,
    });
  }
  const number = Number(match[2]);
  return match[1] === '' ? number : {by: match[1] === '+' ? number : -number};
}

function sizeOf(given: Update['dyno_size']): string | undefined {
  if (typeof given === 'string') return given;
  return given?.name ?? given?.id;
}

/** The release command runs by itself, once per release. @throws DynoError formation_invalid */
function refuseRelease(after: Formation): void {
  if ((after.release?.quantity ?? 0) === 0) return;
  throw new DynoError('formation_invalid', {
    message: 'The release process type cannot be scaled: it runs once per release.',
  });
}

export const formationRoutes = [
  route(
    'GET',
    '/apps/:app/formation',
    {title: 'list process types', answers: 'formation', ranges},
    ({context, params}) => list(context, context.store.apps.get(params.app!)),
  ),
  route(
    'PATCH',
    '/apps/:app/formation',
    {title: 'scale and resize process types', answers: 'formation', ranges, body: listBody},
    ({context, params, body}) => {
      const {id} = context.store.apps.get(params.app!);
      return context.queue.run(id, () => scale(context, context.store.apps.get(id), body.updates as Update[]));
    },
  ),
  route('GET', '/apps/:app/formation/:type', {title: 'process type', answers: 'formation'}, ({context, params}) => {
    const {type} = params;
    const found = list(context, context.store.apps.get(params.app!)).find(
      (row) => row.type === type || row.id === type,
    );
    if (!found) throw new DynoError('process_type_unknown', {type: type!});
    return found;
  }),
  route(
    'PATCH',
    '/apps/:app/formation/:type',
    {title: 'scale and resize one process type', answers: 'formation', body: oneBody},
    ({context, params, body}) => {
      const {id} = context.store.apps.get(params.app!);
      return context.queue.run(id, async () => {
        const [changed] = await scale(context, context.store.apps.get(id), [{...body, type: params.type!}]);
        return changed;
      });
    },
  ),
];
