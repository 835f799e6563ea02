import {existsSync} from 'node:fs';
import {DynoError} from '../../model/error.js';
import {limits} from '../../model/limits.js';
import type {EngineFacts} from '../../runtime/protocol.js';
import type {PlatformContext} from '../context.js';
import {route} from '../http/route.js';
import {within} from '../runtimes/within.js';

/** What Heroku's API has no word for. */

/** ms that a runtime has to say how it is */
const STATUS_MS = 3000;

async function platformFacts({runtimes, version, apiUrl, authority}: PlatformContext) {
  const found = await Promise.all(
    runtimes.names.map(async (name) => {
      const status = runtimes.isConnected(name)
        ? await within(STATUS_MS, name, (await runtimes.clientOf(name)).status()).catch(() => null)
        : null;
      return {name, status};
    }),
  );
  return {
    pid: process.pid,
    version,
    engine: found.find(({status}) => status)?.status?.engine ?? expectedEngine(),
    api_url: apiUrl,
    ca_file: authority.file,
    runtimes: found.map(({name, status}) => ({
      name,
      kind: status?.kind ?? (name === 'us' || name === 'eu' ? 'common' : 'space'),
      pid: status?.pid ?? null,
      router_url: status?.routerUrl ?? null,
      dynos: status?.dynos ?? 0,
      warnings: status?.warnings ?? ['It does not answer yet.'],
    })),
  };
}

/** What a runtime would choose, while none runs that could tell. */
function expectedEngine(): string {
  return process.env.DYNO_ENGINE ?? (existsSync('/var/run/docker.sock') ? 'docker' : 'process');
}

type Ability = keyof EngineFacts['abilities'];

const sentences: Record<Ability, string> = {
  'direct-address': 'the router reaches dynos at their own addresses',
  'dyno-isolation': 'dynos of the Common Runtime cannot reach each other',
  'neighbour-isolation': 'machines beside this one cannot reach dynos of the Common Runtime',
  'memory-limit': 'memory of a dyno is limited',
  'process-limit': 'processes of a dyno are limited',
  'cpu-share': 'dynos share the processor by their size',
  'private-filesystem': 'every dyno has a filesystem of its own',
  'unprivileged-user': 'dynos run without privileges',
  spaces: 'private spaces have networks of their own',
  dockerfile: 'apps can be built from a Dockerfile',
};

function doctorReport(facts: EngineFacts) {
  const checks = Object.entries(facts.abilities).map(([name, fact]) =>
    fact.holds
      ? {name, state: 'ok', detail: fact.note ?? sentences[name as Ability]}
      : {name, state: 'warn', detail: fact.why},
  );
  const engine = {name: facts.engine, state: 'ok', detail: `${facts.engine} engine ${facts.version} answers`};
  return {engine: facts.engine, checks: [engine, ...checks]};
}

async function clocks(context: PlatformContext, change?: {advanceMs: number} | {reset: true}, only?: string) {
  const {runtimes} = context;
  const names = only === undefined ? runtimes.names : runtimes.names.filter((name) => name === only);
  if (only !== undefined && names.length === 0) throw new DynoError('not_found', {resource: 'runtime'});
  return Promise.all(
    names.map(async (runtime) => {
      const {now, advancedMs} = await (await runtimes.clientOf(runtime)).clock(change);
      return {runtime, now, advanced_ms: advancedMs};
    }),
  );
}

const clockBody = {
  type: 'object',
  properties: {
    advance_ms: {type: 'integer', minimum: 0, maximum: limits.longestLeapMs},
    reset: {const: true},
    runtime: {type: 'string'},
  },
  anyOf: [{required: ['advance_ms']}, {required: ['reset']}],
};

const chaosBody = {
  type: 'object',
  required: ['kind'],
  properties: {
    kind: {enum: ['kill', 'oom', 'hang', 'slow-boot']},
    dyno: {type: 'string'},
    seed: {type: 'integer'},
  },
};

const dimension = {type: 'integer', minimum: 1, maximum: 10_000};
const resizeBody = {
  type: 'object',
  required: ['session', 'columns', 'rows'],
  properties: {session: {type: 'string'}, columns: dimension, rows: dimension},
};

const stopBody = {type: 'object', properties: {dynos: {enum: ['keep', 'stop']}}};

export const localRoutes = [
  route('GET', '/local/platform', {title: 'the platform and its runtimes'}, ({context}) => platformFacts(context)),
  route('POST', '/local/platform/stop', {title: 'stop the platform', status: 202, body: stopBody}, (call) => {
    const dynos = (call.body.dynos as 'keep' | 'stop' | undefined) ?? 'stop';
    // The answer goes out first.
    call.reply.raw.once('finish', () => call.context.stop(dynos));
    return {dynos};
  }),
  route('GET', '/local/doctor', {title: 'what the engine can do here'}, async ({context}) => {
    const [name = 'us'] = context.runtimes.names;
    return doctorReport(await (await context.runtimes.clientOf(name)).doctor());
  }),
  route('GET', '/local/clock', {title: 'clocks of the runtimes'}, ({context}) => clocks(context)),
  route('POST', '/local/clock', {title: 'advance or reset clocks', body: clockBody}, ({context, body}) => {
    const change = body.reset ? ({reset: true} as const) : {advanceMs: body.advance_ms as number};
    return clocks(context, change, body.runtime as string | undefined);
  }),
  route('POST', '/local/apps/:app/chaos', {title: 'disturb a dyno', status: 202, body: chaosBody}, async (call) => {
    const {context, params, body} = call;
    const app = context.store.apps.get(params.app!);
    const {kind, dyno, seed} = body as {kind: 'kill'; dyno?: string; seed?: number};
    const client = await context.runtimes.clientFor(app);
    await client.chaos({kind, app: app.id, ...(dyno ? {dyno} : {}), ...(seed === undefined ? {} : {seed})});
    return {...(dyno ? {dyno} : {})};
  }),
  route('POST', '/local/apps/:app/dynos/:dyno/resize', {title: 'resize a terminal', body: resizeBody}, async (call) => {
    const {context, params, body} = call;
    const app = context.store.apps.get(params.app!);
    const client = await context.runtimes.clientFor(app);
    await client.resize(app.id, params.dyno!, body as unknown as Parameters<typeof client.resize>[2]);
    return {};
  }),
  route('GET', '/local/apps/:app/sessions/:session', {title: 'exit status of a terminal session'}, async (call) => {
    const {context, params, request} = call;
    const app = context.store.apps.get(params.app!);
    const client = await context.runtimes.clientFor(app);
    // A client that was killed leaves its terminal as one does whose input has ended; this call it leaves for good.
    const onLost = () => void client.endSession(app.id, params.session!).catch(() => undefined);
    const {socket} = request.raw;
    socket.once('close', onLost);
    return client.sessionStatus(app.id, params.session!).finally(() => socket.off('close', onLost));
  }),
  route('GET', '/local/apps/:app/drains', {title: 'what drains have delivered and dropped'}, async (call) => {
    const app = call.context.store.apps.get(call.params.app!);
    return (await call.context.runtimes.clientFor(app)).drains(app.id);
  }),
  route('GET', '/local/apps/:app/requests/:request', {title: 'what is known of a request'}, async (call) => {
    const {context, params} = call;
    const app = context.store.apps.get(params.app!);
    return (await context.runtimes.clientFor(app)).requestTimeline(app.id, params.request!);
  }),
];
