import type {DynoSpec, EngineDyno} from '../engine/engine.js';
import type {Limits} from '../model/app-limits.js';
import type {DynoKind} from '../model/dyno.js';
import {parseDynoName} from '../model/dyno.js';
import type {AppSpec, ReleaseSpec} from '../model/spec.js';
import type {EndedDyno} from './app-history.js';
import {newCycleAt} from './deadlines.js';
import type {Desired} from './desired.js';
import type {Dyno, OneOff} from './dyno.js';
import {dnsNamesOf, environmentOf} from './dyno-environment.js';
import type {Ground} from './ground.js';
import {sizeOf} from './memory-policy.js';

/** What a dyno is started from. */
export interface Start {
  app: AppSpec;
  release: ReleaseSpec;
  name: string;
  type: string;
  kind: DynoKind;
  command: string;
  size: string;
  limits: Limits;
  metrics: boolean;
  env?: Record<string, string>;
  attach?: DynoSpec['attach'];
  oneOff?: OneOff;
}

/** A dyno that is being launched, and what the engine is told of it. Takes a port for a web dyno of the formation. */
export function newDyno(start: Start, ground: Ground): {dyno: Dyno; spec: DynoSpec} {
  const {release, name, type, kind, command, size, limits} = start;
  const now = ground.clock.now();
  const dyno = blankDyno({
    id: ground.newId(),
    name,
    type,
    kind,
    release: release.version,
    size,
    command,
    port: type === 'web' && kind === 'formation' ? ground.ports.take() : null,
    createdAt: now,
    cycleAt: newCycleAt(now, ground.random, limits),
    metrics: start.metrics,
    oneOff: start.oneOff ?? null,
    phase: 'launching',
    phaseAt: now,
  });
  return {dyno, spec: specOf(dyno, start, ground)};
}

/** A dyno that the engine has and this process has not started. A web dyno counts as starting until it is seen bound. */
export function adoptedDyno(found: EngineDyno, oneOff: OneOff | null, desired: Desired, ground: Ground): Dyno {
  const type = parseDynoName(found.name)?.type ?? found.name;
  const isWeb = type === 'web' && found.kind === 'formation';
  const now = ground.clock.now();
  // One that has ended meanwhile was up for as long as it lived: whether it ended in a crash loop depends on that.
  const upAt = found.exit ? now - (found.exit.at - found.createdAt) : isWeb ? null : found.createdAt;
  if (found.port !== null) ground.ports.reserve(found.port);
  return {
    ...blankDyno({
      id: found.id,
      name: found.name,
      type,
      kind: found.kind,
      release: found.release,
      size: found.size,
      command: found.command,
      port: found.port,
      createdAt: found.createdAt,
      cycleAt: newCycleAt(found.createdAt, ground.random, desired.limits),
      metrics: desired.metrics,
      oneOff,
      phase: upAt === null ? 'starting' : 'up',
      phaseAt: now,
    }),
    upAt,
  };
}

/** A dyno that an earlier runtime process has seen end. */
export function endedDyno(last: EndedDyno): Dyno {
  const nothing = {port: null, cycleAt: Infinity, metrics: false, oneOff: null, phaseAt: last.createdAt} as const;
  return blankDyno({...last, ...nothing, kind: 'formation', phase: 'ended'});
}

type Identity = Pick<
  Dyno,
  | 'id'
  | 'name'
  | 'type'
  | 'kind'
  | 'release'
  | 'size'
  | 'command'
  | 'port'
  | 'createdAt'
  | 'cycleAt'
  | 'metrics'
  | 'oneOff'
  | 'phase'
  | 'phaseAt'
>;

function blankDyno(identity: Identity): Dyno {
  return {
    ...identity,
    engineId: null,
    endpoint: null,
    address: null,
    launchedAt: null,
    upAt: null,
    exit: null,
    outOfMemory: false,
    memoryBytes: 0,
    load: [0, 0, 0],
    failure: null,
    ended: new AbortController(),
  };
}

function specOf(dyno: Dyno, start: Start, {runtime}: Ground): DynoSpec {
  const {app, release, env, attach} = start;
  const expiresAt = dyno.oneOff?.expiresAt ?? null;
  const size = sizeOf(dyno);
  const {id, name, type, port} = dyno;
  return {
    id,
    appId: app.id,
    app: app.name,
    name,
    kind: dyno.kind,
    release: release.version,
    image: release.image,
    ...(release.checksum === undefined ? {} : {checksum: release.checksum}),
    command: dyno.command,
    env: environmentOf({
      app,
      release,
      runtime: runtime.kind,
      dyno: {id, name, type, size, port},
      ...(env ? {env} : {}),
    }),
    size: dyno.size,
    memoryMb: size.memoryMb,
    memoryKillMb: Math.floor(size.memoryMb * size.killFactor),
    cpuShare: size.cpuShare,
    processes: size.processes,
    port,
    network: runtime.network,
    ...(runtime.kind === 'space' ? {aliases: dnsNamesOf(app.name, name)} : {}),
    ...(attach ? {attach} : {}),
    ...(expiresAt === null ? {} : {timeToLiveMs: expiresAt - dyno.createdAt}),
  };
}
