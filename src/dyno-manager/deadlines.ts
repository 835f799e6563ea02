import type {Limits} from '../model/app-limits.js';
import {dynoName} from '../model/dyno.js';
import type {Desired} from './desired.js';
import type {Dyno, Observed, Slot} from './dyno.js';

/**
 * When something is due, in ms since the epoch; null: never. plan() compares them with now, nextDue() waits for them.
 */

/** R10: only web dynos have a boot deadline, from the launch on (heroku-behaviour.md 2.6). */
export function bootDeadline(dyno: Dyno, limits: Limits): number | null {
  if (dyno.phase !== 'starting' || dyno.type !== 'web' || dyno.launchedAt === null) return null;
  return dyno.launchedAt + limits.bootTimeoutMs;
}

/** R12: from SIGTERM on (2.7). */
export function exitDeadline(dyno: Dyno, limits: Limits): number | null {
  return dyno.phase === 'stopping' && dyno.exit === null ? dyno.phaseAt + limits.exitTimeoutMs : null;
}

/** Daily cycling (2.4). */
export function cycleDue(dyno: Dyno): number | null {
  return dyno.phase === 'up' && dyno.exit === null ? dyno.cycleAt : null;
}

export function newCycleAt(createdAt: number, random: () => number, limits: Limits): number {
  return createdAt + limits.cycleMs + Math.floor(random() * limits.cycleJitterMs);
}

/** Preboot: the window is the boot timeout and two minutes; the successor must be up (2.8). */
export function switchDue(slot: Slot, limits: Limits): number | null {
  if (slot.successor?.phase !== 'up' || slot.successor.exit || slot.prebootSince === null) return null;
  return slot.prebootSince + limits.bootTimeoutMs + limits.prebootWaitMs;
}

/** Rolling: a new web dyno counts as done when it is up, another one some time later: a crash may follow its start. */
export function rolledDue(dyno: Dyno, limits: Limits): number | null {
  if (dyno.phase !== 'up' || dyno.exit || dyno.upAt === null) return null;
  return dyno.type === 'web' ? dyno.upAt : dyno.upAt + limits.rollingSettleMs;
}

/**
 * Eco: 30 min without web traffic, counted from the last start on (2.9). Null unless all the web dynos that are desired
 * are up: an app that has none does not sleep, and what has yet to start goes first.
 */
export function sleepDue(desired: Desired, observed: Observed): number | null {
  const web = desired.formation.find(({type}) => type === 'web');
  if (desired.runtime !== 'common' || web?.size !== 'Eco') return null;
  let since = observed.lastTraffic;
  for (let number = 1; number <= web.quantity; number++) {
    const current = observed.slots.get(dynoName('web', number))?.current;
    if (current?.phase !== 'up' || current.exit || current.upAt === null) return null;
    since = Math.max(since, current.upAt);
  }
  return since + desired.limits.ecoIdleMs;
}

/** Of a one-off dyno: R13, its time to live, the daily limit, the next SIGHUP, R16; the first of them. */
export function oneOffDue(dyno: Dyno, limits: Limits): OneOffDue | null {
  const {oneOff} = dyno;
  if (!oneOff || dyno.exit || (dyno.phase !== 'up' && dyno.phase !== 'starting')) return null;
  const due: OneOffDue[] = [{kind: 'cycle', at: dyno.cycleAt}];
  if (oneOff.attachBy !== null) due.push({kind: 'attach-error', at: oneOff.attachBy});
  if (oneOff.expiresAt !== null) due.push({kind: 'expired', at: oneOff.expiresAt});
  if (oneOff.hangup && !oneOff.hangup.reported) {
    due.push({kind: 'report-detached', at: oneOff.hangup.first + limits.hangupErrorMs});
    due.push({kind: 'hang-up', at: oneOff.hangup.last + limits.hangupRepeatMs});
  }
  return due.reduce((first, next) => (next.at < first.at ? next : first));
}

export interface OneOffDue {
  kind: 'cycle' | 'attach-error' | 'expired' | 'report-detached' | 'hang-up';
  at: number;
}

/** The next moment at which a look at the app may find something to do, later than now; null: events only. */
export function nextDue(desired: Desired, observed: Observed, now: number): number | null {
  const {limits} = desired;
  let first = Infinity;
  const consider = (at: number | null) => {
    if (at !== null && at > now && at < first) first = at;
  };
  consider(sleepDue(desired, observed));
  for (const slot of observed.slots.values()) {
    const {current, successor} = slot;
    if (current) {
      consider(bootDeadline(current, limits));
      if (desired.runtime === 'space') consider(rolledDue(current, limits));
      const cycle = cycleDue(current);
      consider(cycle !== null && cycle <= now ? now + limits.cyclePatienceMs : cycle);
    }
    if (successor) {
      consider(bootDeadline(successor, limits));
      consider(switchDue(slot, limits));
    }
    if (!current || (!successor && slot.prebootSince !== null)) consider(slot.retryAt);
  }
  for (const dyno of observed.leaving.values()) consider(exitDeadline(dyno, limits));
  for (const dyno of observed.oneOffs.values()) {
    consider(exitDeadline(dyno, limits));
    consider(oneOffDue(dyno, limits)?.at ?? null);
  }
  return first === Infinity ? null : first;
}
