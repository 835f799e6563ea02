import type {DynoExit} from '../engine/engine.js';
import {lines} from '../model/dyno-log-lines.js';
import {DynoError} from '../model/error.js';
import type {AppDynos} from './app-dynos.js';
import {crashesAfter, crashWait, engineWait} from './crash-policy.js';
import {infoOfOneOff} from './dyno-info.js';
import type {RunnerHooks} from './dyno-runner.js';
import type {Dyno, Slot} from './dyno.js';
import {isUnreachable} from './until-reachable.js';

/** Status of a dyno that never had a process: as a shell says it of a command that cannot be run. */
const CANNOT_RUN = 126;

/** What it means for an app when something becomes of one of its dynos. Each ends in a look at the whole. */
export function outcomesOf(app: AppDynos): RunnerHooks {
  return {
    log: (dyno, message) => app.log(dyno.name, message),

    launched(dyno) {
      if (dyno.engineId !== null) app.hooks.known(dyno.engineId, app, dyno);
      const slot = app.observed.slots.get(dyno.name);
      if (slot) slot.failures = 0;
      // A client cannot come before there is something to come to.
      const {oneOff} = dyno;
      if (oneOff && oneOff.attachBy !== null) oneOff.attachBy = app.now + app.desired.limits.attachWaitMs;
      if (app.slowBoots.delete(dyno.name)) app.runner.freeze(dyno, app.desired.limits);
      app.look();
    },

    bound(dyno) {
      const slot = app.observed.slots.get(dyno.name);
      if (slot?.current === dyno) app.settle(slot);
      else app.log(dyno.name, lines.stateChanged('starting', 'up'));
      if (dyno.oneOff) app.ground.onChange(app.appId, infoOfOneOff(dyno, app.ground.runtime.kind));
      app.look();
    },

    /** Its replacement may start. */
    terminated(dyno) {
      const slot = app.observed.slots.get(dyno.name);
      if (slot?.waitsFor === dyno.id && slot.rest === 'replacing') slot.waitsFor = null;
      app.look();
    },

    exiting: () => app.publish(),

    failed: (dyno, error) => failed(app, dyno, error),

    ended: (dyno, exit) => ended(app, dyno, exit),
  };
}

/** The machine's troubles are waited out; what is wrong with the dyno itself is a crash. */
function failed(app: AppDynos, dyno: Dyno, error: unknown): void {
  dyno.failure = error;
  const isMachine = isUnreachable(error) || (error instanceof DynoError && error.code === 'disk_full');
  if (!isMachine) app.log(dyno.name, lines.starting(dyno.command));
  const slot = app.observed.slots.get(dyno.name);
  const isOurs = slot !== undefined && (slot.current === dyno || slot.successor === dyno);
  // Told once, not at each of the tries.
  const isTold = isUnreachable(error) || (isMachine && isOurs && slot.failures > 0);
  if (!isTold) app.log(dyno.name, failureLine(error));
  if (!isMachine || !isOurs) return ended(app, dyno, {status: CANNOT_RUN, at: app.now, outOfMemory: false});
  slot.failures++;
  slot.retryAt = app.now + engineWait(slot.failures, app.desired.limits);
  if (slot.current === dyno) slot.current = null;
  else slot.successor = null;
  app.look();
}

/** The one place where a dyno leaves what we observe. */
function ended(app: AppDynos, dyno: Dyno, exit: DynoExit): void {
  const {observed} = app;
  if (!mayRun(dyno)) app.hooks.forgotten(dyno);
  observed.leaving.delete(dyno.id);
  const slot = observed.slots.get(dyno.name);
  if (observed.oneOffs.delete(dyno.id)) {
    app.log(dyno.name, lines.stateChanged(dyno.upAt === null ? 'starting' : 'up', 'complete'));
    app.ground.onChange(app.appId, infoOfOneOff(dyno, app.ground.runtime.kind));
    dyno.oneOff?.onExit(exit);
  } else if (slot && (slot.current === dyno || slot.successor === dyno)) {
    crashed(app, slot, dyno, exit.at);
  }
  if (slot?.waitsFor === dyno.id) slot.waitsFor = null;
  app.look();
}

/** The answer to its start was lost: what the engine has of it is found in the next list, and taken up. */
function mayRun({engineId, failure}: Dyno): boolean {
  return engineId === null && isUnreachable(failure);
}

function crashed(app: AppDynos, slot: Slot, dyno: Dyno, at: number): void {
  const {limits, runtime} = app.desired;
  if (app.endedWithEngine(at)) {
    slot.retryAt = app.now;
  } else {
    slot.crashes = crashesAfter(slot.crashes, dyno.upAt === null ? null : app.now - dyno.upAt, limits);
    slot.retryAt = app.now + crashWait(slot.crashes, runtime, limits);
  }
  if (slot.successor === dyno) {
    slot.successor = null;
    app.log(slot.name, lines.stateChanged(dyno.upAt === null ? 'starting' : 'up', 'crashed'));
  } else {
    slot.current = null;
    slot.rest = 'crashed';
    app.settle(slot);
  }
}

/** R17 where the slug is not what was built, else Heroku's code for what is the platform's matter. */
function failureLine(error: unknown): string {
  if (error instanceof DynoError && error.code === 'checksum_mismatch') {
    return lines.checksum(String(error.details['expected']), String(error.details['actual']));
  }
  return lines.platformError(error instanceof Error ? error.message : String(error));
}
