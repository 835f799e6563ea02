import type {DynoInfo} from '../model/dyno-info.js';
import type {DynoState} from '../model/dyno.js';
import {stateOf} from './dyno.js';
import type {Dyno, Observed, Slot} from './dyno.js';
import type {RoutedDyno} from './ground.js';

/** A slot as the API tells it; null for one that has never been started. */
export function infoOfSlot(slot: Slot, runtime: 'common' | 'space'): DynoInfo | null {
  const dyno = slot.current ?? slot.last;
  if (!dyno) return null;
  const state = slot.told ?? stateOf(slot);
  const nextTry = state === 'crashed' ? {nextTryAt: new Date(slot.retryAt).toISOString()} : {};
  return {...infoOf(dyno, state, slot.toldAt, runtime), ...nextTry};
}

export function infoOfOneOff(dyno: Dyno, runtime: 'common' | 'space'): DynoInfo {
  const state = dyno.phase === 'ended' ? 'down' : dyno.upAt === null ? 'starting' : 'up';
  return infoOf(dyno, state, dyno.upAt ?? dyno.createdAt, runtime);
}

function infoOf(dyno: Dyno, state: DynoState, since: number, runtime: 'common' | 'space'): DynoInfo {
  return {
    id: dyno.id,
    name: dyno.name,
    type: dyno.type,
    kind: dyno.kind,
    state,
    command: dyno.command,
    size: dyno.size,
    release: dyno.release,
    createdAt: new Date(dyno.createdAt).toISOString(),
    updatedAt: new Date(since).toISOString(),
    ...(runtime === 'space' && dyno.address !== null ? {address: dyno.address} : {}),
  };
}

/** The web dynos of an app for its router: one per slot, and those whose requests still end. */
export function routedDynosOf(observed: Observed): RoutedDyno[] {
  const routed: RoutedDyno[] = [];
  for (const slot of observed.slots.values()) if (slot.type === 'web') routed.push(routedSlot(slot));
  for (const {id, name, type, exit, phase, endpoint} of observed.leaving.values()) {
    const isServing = exit === null && (phase === 'draining' || phase === 'stopping');
    if (type === 'web' && isServing) routed.push({id, name, state: 'draining', endpoint});
  }
  return routed;
}

/** Whether a router that knows `before` need not be told of `now`. Endpoints are objects of the engine, never changed. */
export function isSameRouting(now: readonly RoutedDyno[], before: readonly RoutedDyno[]): boolean {
  return (
    now.length === before.length &&
    now.every(({id, state, endpoint}, index) => {
      const known = before[index]!;
      return id === known.id && state === known.state && endpoint === known.endpoint;
    })
  );
}

/** A slot without a process goes by its name: its last dyno may be among those whose requests still end. */
function routedSlot({name, current, rest}: Slot): RoutedDyno {
  if (current && current.exit === null && current.phase !== 'killing') {
    const state = current.phase === 'up' ? 'up' : 'starting';
    return {id: current.id, name, state, endpoint: current.endpoint};
  }
  const state = current ? 'crashed' : rest === 'crashed' || rest === 'idle' ? rest : 'starting';
  return {id: current?.id ?? name, name, state, endpoint: null};
}
