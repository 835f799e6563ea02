import type {Desired} from './desired.js';
import {newSlot} from './dyno.js';
import type {Dyno, Observed, Slot} from './dyno.js';
import {endedDyno} from './new-dyno.js';

/** ms: web traffic is remembered to the minute */
const TRAFFIC_MS = 60_000;

/**
 * What of an app no engine can tell a new runtime process: how often dynos have crashed, and who sleeps. Kept, so that
 * the end of a runtime process is no way around crash back-off. Times in ms since the epoch of the runtime's clock.
 */
export interface AppHistory {
  /** of the last web request, eco apps only */
  lastTraffic: number | null;
  /** by name of the dyno; those that have never crashed and do not sleep are left out */
  slots: Record<string, SlotHistory>;
}

export interface SlotHistory {
  rest: 'new' | 'crashed' | 'idle';
  crashes: number;
  retryAt: number;
  toldAt: number;
  release: number | null;
  last: EndedDyno;
}

export type EndedDyno = Pick<Dyno, 'id' | 'name' | 'type' | 'release' | 'size' | 'command' | 'createdAt'>;

/** Null when there is nothing to be kept. */
export function historyOf({slots, lastTraffic}: Observed, desired: Desired): AppHistory | null {
  const isEco = desired.formation.some(({type, size}) => type === 'web' && size === 'Eco');
  const kept: AppHistory['slots'] = {};
  for (const slot of slots.values()) {
    const history = historyOfSlot(slot);
    if (history) kept[slot.name] = history;
  }
  if (!isEco && Object.keys(kept).length === 0) return null;
  return {lastTraffic: isEco ? lastTraffic - (lastTraffic % TRAFFIC_MS) : null, slots: kept};
}

/** Puts back what was kept by an earlier process, before anything is adopted. */
export function restoreHistory(observed: Observed, history: AppHistory): void {
  observed.lastTraffic = history.lastTraffic ?? observed.lastTraffic;
  for (const [name, {last, rest, crashes, retryAt, toldAt, release}] of Object.entries(history.slots)) {
    const slot = newSlot(name, last.type, Number(name.slice(last.type.length + 1)));
    Object.assign(slot, {rest, crashes, retryAt, release, last: endedDyno(last)});
    if (rest !== 'new') Object.assign(slot, {told: rest, toldAt});
    observed.slots.set(name, slot);
  }
}

/** The same history on a clock that shows `ms` more. */
export function shiftHistory({lastTraffic, slots}: AppHistory, ms: number): AppHistory {
  const shifted = Object.entries(slots).map(([name, slot]): [string, SlotHistory] => [
    name,
    {...slot, retryAt: slot.retryAt + ms, toldAt: slot.toldAt + ms},
  ]);
  return {lastTraffic: lastTraffic === null ? null : lastTraffic + ms, slots: Object.fromEntries(shifted)};
}

function historyOfSlot({rest, current, crashes, retryAt, toldAt, release, last}: Slot): SlotHistory | null {
  const resting = !current && (rest === 'crashed' || rest === 'idle') ? rest : 'new';
  if (!last || (crashes === 0 && resting === 'new')) return null;
  const {id, name, type, release: own, size, command, createdAt} = last;
  return {
    rest: resting,
    crashes,
    retryAt,
    toldAt: resting === 'new' ? 0 : toldAt,
    release,
    last: {id, name, type, release: own, size, command, createdAt},
  };
}
