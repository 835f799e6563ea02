import {DynoError} from '../../model/error.js';
import type {DynoInfo, DynoSelector} from '../../runtime/protocol.js';
import type {PlatformContext} from '../context.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import {within} from '../runtimes/within.js';
import type {App} from '../store/apps.js';
import {appReference} from './app-json.js';
import type {OneOffBody} from './one-off.js';
import {environmentOf, oneOffSchema, startOneOff, terminalOf} from './one-off.js';

const ranges = ['name', 'id', 'created_at'] as const;

/** A dyno as the API shows it. `attachUrl`: where its terminal is, for the client that asked for one. */
export function dynoJson(context: PlatformContext, app: App, dyno: DynoInfo, attachUrl: string | null = null) {
  return {
    attach_url: attachUrl,
    command: dyno.command,
    created_at: seconds(dyno.createdAt),
    id: dyno.id,
    name: dyno.name,
    release: releaseReference(context, app, dyno.release),
    app: appReference(app),
    size: dyno.size,
    state: dyno.state,
    type: dyno.type,
    updated_at: seconds(dyno.updatedAt),
    // Not Heroku's: when a crashed dyno is tried again.
    ...(dyno.nextTryAt ? {next_try_at: dyno.nextTryAt} : {}),
  };
}

function releaseReference({store}: PlatformContext, app: App, version: number): {id: string; version: number} {
  return {id: store.releases.get(app.id, String(version)).id, version};
}

const seconds = (time: string): string => time.replace(/\.\d+Z$/, 'Z');

/** ms that a list of dynos may take */
const ANSWER_MS = 20_000;

/** Dynos that are there: one that went down is gone for the API. */
export async function listDynos(context: PlatformContext, app: App): Promise<DynoInfo[]> {
  const client = await context.runtimes.clientFor(app);
  const dynos = await within(ANSWER_MS, app.region, client.dynos(app.id));
  return dynos.filter((dyno) => dyno.state !== 'down' || dyno.kind === 'formation').sort(byNameAndNumber);
}

function byNameAndNumber(a: DynoInfo, b: DynoInfo): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return Number(a.name.split('.').at(-1)) - Number(b.name.split('.').at(-1));
}

async function requireDyno(context: PlatformContext, app: App, identity: string): Promise<DynoInfo> {
  const running = (await listDynos(context, app)).find(({id, name}) => id === identity || name === identity);
  const dyno = running ?? context.attach.waiting(app, identity);
  if (!dyno) throw new DynoError('not_found', {resource: 'dyno'});
  return dyno;
}

/** @throws DynoError process_type_unknown */
function requireType({store}: PlatformContext, app: App, type: string): string {
  const row = store.formation.listOf(app.id).find((candidate) => candidate.type === type || candidate.id === type);
  // One-off dynos have types that no formation has.
  if (!row && type !== 'run') throw new DynoError('process_type_unknown', {type});
  return row?.type ?? type;
}

async function selectorOf({context, params}: ApiCall, app: App): Promise<DynoSelector> {
  if (params.dyno) return {dyno: (await requireDyno(context, app, params.dyno)).name};
  return params.type ? {type: requireType(context, app, params.type)} : {};
}

async function act(call: ApiCall, verb: 'restart' | 'stop'): Promise<object> {
  const {context, params} = call;
  const app = context.store.apps.get(params.app!);
  const selector = await selectorOf(call, app);
  const client = await context.runtimes.clientFor(app);
  await client[verb](app.id, selector);
  return {};
}

const restart = (call: ApiCall) => act(call, 'restart');
const stop = (call: ApiCall) => act(call, 'stop');

/** Tells webhooks a new state of a dyno: each to `dyno`, to `api:dyno` only the first one, `starting`. */
export function publishDyno({webhooks}: PlatformContext, app: App, data: ReturnType<typeof dynoJson>): void {
  const action = data.state === 'starting' ? 'create' : data.state === 'down' ? 'destroy' : 'update';
  webhooks.publish(app, {include: 'dyno', action, data});
  if (action === 'create') webhooks.publish(app, {include: 'api:dyno', action, data});
}

async function create({context, params, body}: ApiCall) {
  const app = context.store.apps.get(params.app!);
  const wanted = body as unknown as OneOffBody;
  const dyno = await startOneOff(context, app, wanted);
  const attachUrl = wanted.attach
    ? context.attach.urlFor(app, {dyno: dyno.name, hasTerminal: !wanted.force_no_tty, info: dyno})
    : null;
  const shown = dynoJson(context, app, dyno, attachUrl);
  publishDyno(context, app, {...shown, attach_url: null});
  return shown;
}

/** A further command in a running dyno (`run:inside`); the client reaches it as it does a one-off. */
async function runInside({context, params, body}: ApiCall) {
  const app = context.store.apps.get(params.app!);
  const dyno = await requireDyno(context, app, params.dyno!);
  const wanted = body as unknown as OneOffBody;
  const env = environmentOf(wanted);
  const exec = {command: wanted.command, env, tty: terminalOf(wanted)};
  return {attach_url: context.attach.urlFor(app, {dyno: dyno.name, exec, hasTerminal: exec.tty !== null})};
}

export const dynoRoutes = [
  route('GET', '/apps/:app/dynos', {title: 'list dynos', answers: 'dyno', ranges}, async ({context, params}) => {
    const app = context.store.apps.get(params.app!);
    return (await listDynos(context, app)).map((dyno) => dynoJson(context, app, dyno));
  }),
  route(
    'POST',
    '/apps/:app/dynos',
    {title: 'start a one-off dyno', answers: 'dyno', status: 201, body: oneOffSchema},
    create,
  ),
  route('GET', '/apps/:app/dynos/:dyno', {title: 'dyno', answers: 'dyno'}, async ({context, params}) => {
    const app = context.store.apps.get(params.app!);
    return dynoJson(context, app, await requireDyno(context, app, params.dyno!));
  }),
  route(
    'POST',
    '/apps/:app/dynos/:dyno',
    {title: 'run a command inside a dyno', answers: 'dyno-processes', status: 201, body: oneOffSchema},
    runInside,
  ),
  route('DELETE', '/apps/:app/dynos', {title: 'restart all dynos', status: 202}, restart),
  route('DELETE', '/apps/:app/dynos/:dyno', {title: 'restart a dyno', status: 202}, restart),
  route('DELETE', '/apps/:app/formations/:type', {title: 'restart a process type', status: 202}, restart),
  route('POST', '/apps/:app/dynos/:dyno/actions/stop', {title: 'stop a dyno', status: 202}, stop),
  route('POST', '/apps/:app/formations/:type/actions/stop', {title: 'stop a process type', status: 202}, stop),
];
