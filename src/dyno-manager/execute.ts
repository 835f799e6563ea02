import {lines} from '../model/dyno-log-lines.js';
import type {AppDynos} from './app-dynos.js';
import {newSlot} from './dyno.js';
import type {Dyno, Slot} from './dyno.js';
import type {Step} from './step.js';

type Executors = {[Kind in Step['kind']]: (app: AppDynos, step: Extract<Step, {kind: Kind}>) => void};

/** One entry per kind of step; a kind without its entry does not compile. None waits: effects go on by themselves. */
const executors: Executors = {
  launch(app, {name, type, number}) {
    const {slots} = app.observed;
    const slot = slots.get(name) ?? newSlot(name, type, number);
    slots.set(name, slot);
    app.launch(slot, 'current');
  },

  replace(app, {name, why}) {
    const slot = slotOf(app, name);
    const dyno = slot.current!;
    app.log(name, why === 'cycle' ? lines.cycling() : lines.restarting());
    dropSuccessor(app, slot);
    Object.assign(slot, {current: null, rest: 'replacing', waitsFor: dyno.id, crashes: 0, restart: 'no'});
    app.settle(slot);
    app.leave(dyno, replacementDrain(app, slot.type, why));
  },

  retire(app, {name}) {
    const slot = slotOf(app, name);
    dropSuccessor(app, slot);
    app.forget(slot);
    if (slot.current) app.leave(slot.current, app.desired.limits.drainMs);
  },

  preboot(app, {name}) {
    const slot = slotOf(app, name);
    slot.prebootSince = app.now;
    app.launch(slot, 'successor');
  },

  switch(app, {name}) {
    const slot = slotOf(app, name);
    const {current, successor} = slot;
    Object.assign(slot, {current: successor, last: successor, successor: null, prebootSince: null, crashes: 0});
    // Up before and after: no line in the log, but another dyno.
    if (slot.told === 'up') slot.told = null;
    app.settle(slot, successor?.upAt ?? app.now);
    if (current) app.leave(current, app.desired.limits.drainMs);
  },

  'drop-successor'(app, {name}) {
    dropSuccessor(app, slotOf(app, name));
  },

  sleep(app) {
    for (const slot of app.observed.slots.values()) {
      const {current} = slot;
      if (current ? current.exit : slot.rest !== 'crashed') continue;
      app.log(slot.name, lines.idling());
      Object.assign(slot, {current: null, rest: 'idle', crashes: 0});
      app.settle(slot);
      if (current) app.leave(current, app.desired.limits.drainMs);
    }
  },

  kill(app, {id, why}) {
    const dyno = dynoOf(app, id);
    const {limits} = app.desired;
    if (why === 'memory') app.runner.logMemoryKill(dyno);
    if (why === 'boot-timeout') {
      app.log(dyno.name, lines.bootTimeout(limits.bootTimeoutMs));
      app.log(dyno.name, lines.killing());
    }
    if (why === 'exit-timeout') {
      app.log(dyno.name, lines.exitTimeout(limits.exitTimeoutMs));
      app.log(dyno.name, lines.killingRemaining());
    }
    app.runner.kill(dyno);
  },

  'stop-one-off'(app, {id, why}) {
    const dyno = dynoOf(app, id);
    if (why === 'attach-error') app.log(dyno.name, lines.attachError());
    if (why === 'cycle') app.log(dyno.name, lines.cycling());
    app.runner.stop(dyno, 0);
  },

  'hang-up'(app, {id}) {
    const dyno = dynoOf(app, id);
    dyno.oneOff!.hangup!.last = app.now;
    app.log(dyno.name, lines.hangingUp());
    app.runner.signal(dyno, 'SIGHUP');
  },

  'report-detached'(app, {id}) {
    const dyno = dynoOf(app, id);
    dyno.oneOff!.hangup!.reported = true;
    app.log(dyno.name, lines.detached());
  },
};

export function execute(app: AppDynos, step: Step): void {
  (executors[step.kind] as (app: AppDynos, step: Step) => void)(app, step);
}

/** Where others of the type serve meanwhile, requests may take their time; where nobody does, SIGTERM must not wait. */
function replacementDrain(app: AppDynos, type: string, why: 'restart' | 'cycle'): number {
  const {runtime, formation, limits} = app.desired;
  const quantity = formation.find((entry) => entry.type === type)?.quantity ?? 0;
  const isOneByOne = quantity >= 2 && (why === 'cycle' || runtime === 'space');
  return isOneByOne ? limits.drainMs : Math.min(limits.restartDrainMs, limits.drainMs);
}

function dropSuccessor(app: AppDynos, slot: Slot): void {
  const {successor} = slot;
  Object.assign(slot, {successor: null, prebootSince: null});
  if (successor) app.leave(successor, 0);
}

function slotOf(app: AppDynos, name: string): Slot {
  const slot = app.observed.slots.get(name);
  if (!slot) throw new Error(`No slot ${name}`);
  return slot;
}

function dynoOf(app: AppDynos, id: string): Dyno {
  const dyno = app.dynoById(id);
  if (!dyno) throw new Error(`No dyno ${id}`);
  return dyno;
}
