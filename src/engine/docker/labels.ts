import type {DynoSpec, EngineDyno, SlugSpec} from '../engine.js';
import type {DynoKind} from '../../model/dyno.js';

/** Whose objects these are: all that we make in Docker carries it. */
export interface Identity {
  /** id of the installation */
  owner: string;
  /** name of the runtime */
  runtime: string;
}

export type Labels = Record<string, string>;

export const OWNER = 'dyno.owner';
export const RUNTIME = 'dyno.runtime';
/** containers: the dyno's kind, `build` or `probe`; networks: `common`, `space`; images: `release`, `build-layer`, `stack` */
export const KIND = 'dyno.kind';
export const APP_ID = 'dyno.app_id';
/** only dynos have it */
export const DYNO_ID = 'dyno.id';
/** `<host> <pid> <start>` of the process that a helper container must not outlive */
export const MAKER = 'dyno.maker';
/** release images made of a slug: `SHA256:<hex>` of it */
export const CHECKSUM = 'dyno.checksum';

export function runtimeLabels({owner, runtime}: Identity, kind: string): Labels {
  return {[OWNER]: owner, [RUNTIME]: runtime, [KIND]: kind};
}

/** Images belong to the owner, whichever runtime made them. */
export function imageLabels({owner}: Identity, slug: Pick<SlugSpec, 'appId' | 'app'>, kind: string): Labels {
  return {[OWNER]: owner, [KIND]: kind, [APP_ID]: slug.appId, 'dyno.app': slug.app};
}

export function dynoLabels(identity: Identity, spec: DynoSpec, createdAt: number): Labels {
  return {
    ...runtimeLabels(identity, spec.kind),
    [DYNO_ID]: spec.id,
    [APP_ID]: spec.appId,
    'dyno.app': spec.app,
    'dyno.dyno': spec.name,
    'dyno.release': String(spec.release),
    'dyno.size': spec.size,
    'dyno.command': spec.command,
    'dyno.network': spec.network,
    'dyno.created': String(createdAt),
    ...(spec.port === null ? {} : {'dyno.port': String(spec.port)}),
    ...(spec.attach ? {'dyno.attach': spec.attach.tty ? 'tty' : 'pipe'} : {}),
    ...(spec.timeToLiveMs === undefined ? {} : {'dyno.time_to_live': String(spec.timeToLiveMs)}),
  };
}

/** All of an EngineDyno that labels can tell. */
export function dynoOfLabels(
  labels: Labels,
): Omit<EngineDyno, 'engineId' | 'running' | 'exit' | 'endpoint' | 'address'> {
  return {
    id: labels[DYNO_ID] ?? '',
    appId: labels[APP_ID] ?? '',
    app: labels['dyno.app'] ?? '',
    name: labels['dyno.dyno'] ?? '',
    kind: (labels[KIND] ?? 'formation') as DynoKind,
    release: Number(labels['dyno.release'] ?? 0),
    size: labels['dyno.size'] ?? '',
    command: labels['dyno.command'] ?? '',
    port: labels['dyno.port'] === undefined ? null : Number(labels['dyno.port']),
    attached: labels['dyno.attach'] !== undefined,
    ...(labels['dyno.time_to_live'] === undefined ? {} : {timeToLiveMs: Number(labels['dyno.time_to_live'])}),
    createdAt: Number(labels['dyno.created'] ?? 0),
  };
}

/** For the `filters` of a listing. */
export function labelFilter(labels: Labels, ...present: string[]): {label: string[]} {
  return {label: [...Object.entries(labels).map(([name, value]) => `${name}=${value}`), ...present]};
}
