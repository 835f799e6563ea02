import {dynoName} from '../model/dyno.js';
import {bootDeadline, cycleDue, exitDeadline, oneOffDue, rolledDue, sleepDue, switchDue} from './deadlines.js';
import {deployStyleOf, rollingBatch} from './deploy-style.js';
import {isOutdated} from './desired.js';
import type {Desired, DesiredType} from './desired.js';
import {stateOf} from './dyno.js';
import type {Dyno, Observed, Slot} from './dyno.js';
import {canHappen, isStaying} from './lifecycle.js';
import type {Step} from './step.js';

/**
 * The steps that bring an app nearer to its desired state now. Pure; the same input gives the same steps, and an app
 * that is as desired gives none. What only time or an event can bring nearer gives none either: see nextDue().
 */
export function plan(desired: Desired, observed: Observed, now: number): Step[] {
  if (isDue(sleepDue(desired, observed), now)) return [{kind: 'sleep'}];
  const steps: Step[] = [];
  for (const wanted of desired.formation) planType(wanted, desired, observed, now, steps);
  for (const slot of observed.slots.values()) {
    if (!isWanted(slot, desired)) steps.push({kind: 'retire', name: slot.name});
  }
  for (const dyno of observed.leaving.values()) {
    if (isDue(exitDeadline(dyno, desired.limits), now)) steps.push({kind: 'kill', id: dyno.id, why: 'exit-timeout'});
  }
  for (const dyno of observed.oneOffs.values()) planOneOff(dyno, desired, now, steps);
  return steps;
}

function planType(wanted: DesiredType, desired: Desired, observed: Observed, now: number, steps: Step[]): void {
  const style = deployStyleOf(wanted, desired);
  const type: TypeView = {wanted, desired, now, style, budget: Infinity, mayCycle: true};
  if (style === 'rolling') type.budget = rollingBudget(wanted, desired, observed, now);
  for (let number = 1; number <= wanted.quantity; number++) {
    const name = dynoName(wanted.type, number);
    const slot = observed.slots.get(name);
    if (slot) planSlot(slot, type, observed, steps);
    else if (!isDraining(name, observed)) steps.push(launch(name, wanted.type, number));
  }
}

/** What the slots of one type share while they are planned. */
interface TypeView {
  readonly wanted: DesiredType;
  readonly desired: Desired;
  readonly now: number;
  readonly style: 'at-once' | 'preboot' | 'rolling';
  /** replacements that may still begin */
  budget: number;
  /** dynos of a type are cycled one by one */
  mayCycle: boolean;
}

function planSlot(slot: Slot, type: TypeView, observed: Observed, steps: Step[]): void {
  const {wanted, desired, now} = type;
  const {name, current, successor} = slot;
  const isFresh = slot.restart !== 'no' || (slot.release !== null && slot.release !== desired.release?.version);

  if (successor && planSuccessor(slot, successor, type, steps)) return;
  if (!current) {
    if (slot.waitsFor !== null || successor || isDraining(name, observed)) return;
    if (slot.rest === 'idle' && !isFresh) return;
    if (!isFresh && now < slot.retryAt) return;
    steps.push(launch(name, slot.type, slot.number));
    return;
  }
  if (current.exit || planKill(current, desired, now, steps) || !isStaying(current.phase)) return;
  if (slot.restart === 'alone') {
    steps.push({kind: 'replace', name, why: 'restart'});
  } else if (slot.restart === 'together' || isOutdated(current, wanted, desired)) {
    planReplacement(slot, current, isFresh, type, steps);
  } else if (isDue(cycleDue(current), now) && type.mayCycle && !othersStart(slot, observed, type)) {
    type.mayCycle = false;
    steps.push({kind: 'replace', name, why: 'cycle'});
  }
}

function planReplacement(slot: Slot, current: Dyno, isFresh: boolean, type: TypeView, steps: Step[]): void {
  const {name} = slot;
  if (type.style === 'preboot' && current.phase === 'up') {
    if (!slot.successor && (isFresh || type.now >= slot.retryAt)) steps.push({kind: 'preboot', name});
  } else if (type.budget > 0) {
    type.budget--;
    steps.push({kind: 'replace', name, why: 'restart'});
  }
}

/** Whether the successor's next step settles the slot for now. */
function planSuccessor(slot: Slot, successor: Dyno, type: TypeView, steps: Step[]): boolean {
  const {wanted, desired, now} = type;
  if (successor.exit || planKill(successor, desired, now, steps) || !isStaying(successor.phase)) return true;
  const {name} = slot;
  if (isOutdated(successor, wanted, desired)) steps.push({kind: 'drop-successor', name});
  else if (!slot.current || isDue(switchDue(slot, desired.limits), now)) steps.push({kind: 'switch', name});
  else
    return slot.restart !== 'alone' && slot.current.phase === 'up' && !slot.current.exit && !slot.current.outOfMemory;
  return true;
}

function planKill(dyno: Dyno, desired: Desired, now: number, steps: Step[]): boolean {
  if (!canHappen(dyno.phase, 'killed')) return false;
  const isLate = isDue(bootDeadline(dyno, desired.limits), now);
  if (!dyno.outOfMemory && !isLate) return false;
  steps.push({kind: 'kill', id: dyno.id, why: dyno.outOfMemory ? 'memory' : 'boot-timeout'});
  return true;
}

function planOneOff(dyno: Dyno, desired: Desired, now: number, steps: Step[]): void {
  const {id} = dyno;
  if (dyno.exit || !canHappen(dyno.phase, 'killed')) return;
  const due = oneOffDue(dyno, desired.limits);
  if (dyno.outOfMemory) steps.push({kind: 'kill', id, why: 'memory'});
  else if (isDue(exitDeadline(dyno, desired.limits), now)) steps.push({kind: 'kill', id, why: 'exit-timeout'});
  else if (due && due.at <= now) {
    if (due.kind === 'hang-up' || due.kind === 'report-detached') steps.push({kind: due.kind, id});
    else steps.push({kind: 'stop-one-off', id, why: due.kind});
  }
}

/** A quarter of the type at a time: those being replaced, started or crashed on the new release count. */
function rollingBudget(wanted: DesiredType, desired: Desired, observed: Observed, now: number): number {
  let inTheWorks = 0;
  for (let number = 1; number <= wanted.quantity; number++) {
    const slot = observed.slots.get(dynoName(wanted.type, number));
    const current = slot?.current;
    if (!current || !isDue(rolledDue(current, desired.limits), now)) inTheWorks++;
  }
  return rollingBatch(wanted.quantity, desired.limits.rollingShare) - inTheWorks;
}

/** Another dyno of the type is starting, and has not taken too long yet. */
function othersStart(slot: Slot, observed: Observed, type: TypeView): boolean {
  for (let number = 1; number <= type.wanted.quantity; number++) {
    const other = observed.slots.get(dynoName(slot.type, number));
    if (!other || other === slot || stateOf(other) !== 'starting') continue;
    if (type.now - other.toldAt < type.desired.limits.cyclePatienceMs) return true;
  }
  return false;
}

/** An earlier dyno of the name has not got its SIGTERM yet: a new one would be one too many. */
function isDraining(name: string, observed: Observed): boolean {
  for (const dyno of observed.leaving.values()) {
    if (dyno.name === name && (dyno.phase === 'draining' || dyno.phase === 'withdrawn')) return true;
  }
  return false;
}

function isWanted(slot: Slot, desired: Desired): boolean {
  return desired.formation.some(({type, quantity}) => type === slot.type && slot.number <= quantity);
}

function launch(name: string, type: string, number: number): Step {
  return {kind: 'launch', name, type, number};
}

function isDue(at: number | null, now: number): boolean {
  return at !== null && at <= now;
}
