import type {Timer} from '../model/clock.js';
import type {DynoInfo, DynoSelector} from '../model/dyno-info.js';
import {lines} from '../model/dyno-log-lines.js';
import {DynoError} from '../model/error.js';
import {limits} from '../model/limits.js';
import type {Leap} from '../model/leap.js';
import type {AppSpec} from '../model/spec.js';
import {historyOf, restoreHistory} from './app-history.js';
import {carryOver} from './carry-over.js';
import {nextDue} from './deadlines.js';
import {desiredOf} from './desired.js';
import type {Desired} from './desired.js';
import {infoOfOneOff, infoOfSlot, isSameRouting, routedDynosOf} from './dyno-info.js';
import {DynoRunner} from './dyno-runner.js';
import {newObserved, stateOf} from './dyno.js';
import type {Dyno, Observed, Slot} from './dyno.js';
import {execute} from './execute.js';
import type {Ground, RoutedDyno} from './ground.js';
import {newDyno} from './new-dyno.js';
import type {Start} from './new-dyno.js';
import {outcomesOf} from './outcomes.js';
import {plan} from './plan.js';
import {shiftTimes} from './shift-times.js';
import {WaitingSessions} from './waiting-sessions.js';

const MINUTE = 60_000;

/** A plan that finds no end is a defect of ours; better told than looped. */
const MOST_TURNS = 100;

/** What the dyno manager keeps of all apps: which engine id is whose. */
export interface AppHooks {
  known(engineId: string, app: AppDynos, dyno: Dyno): void;
  forgotten(dyno: Dyno): void;
}

/**
 * The dynos of one app: observes them, and keeps them equal to what is desired. Every event ends in look(), which plans
 * and acts until nothing is left to do, then waits for the next event or the next moment something is due. One look at a
 * time; a look does not wait for anything, what takes time goes on beside it and ends in a further look.
 */
export class AppDynos {
  readonly appId: string;
  readonly observed: Observed;
  readonly runner: DynoRunner;
  readonly ground: Ground;
  readonly sessions: WaitingSessions;
  desired: Desired;
  spec: AppSpec | null = null;
  /** names whose next start `chaos:slow-boot` holds up */
  readonly slowBoots = new Set<string>();
  readonly hooks: AppHooks;
  #isReady = false;
  #kept = '';
  #isLooking = false;
  /** when the engine last stopped and was away, ms since the epoch */
  #away: {from: number; to: number} | null = null;
  isRemoved = false;
  #routed: RoutedDyno[] = [];
  #lookedAt = -Infinity;
  #due: {at: number; timer: Timer} | null = null;
  #emptied: (() => void)[] = [];

  constructor(appId: string, ground: Ground, hooks: AppHooks) {
    this.appId = appId;
    this.ground = ground;
    this.sessions = new WaitingSessions(ground.workClock);
    this.hooks = hooks;
    this.observed = newObserved(ground.clock.now());
    this.desired = desiredOf(null, ground.runtime.kind);
    this.runner = new DynoRunner(appId, ground, outcomesOf(this));
  }

  get now(): number {
    return this.ground.clock.now();
  }

  log(process: string, message: string): void {
    this.ground.log(this.appId, process, message);
  }

  setSpec(spec: AppSpec): void {
    if (this.isRemoved || (this.spec && spec.revision < this.spec.revision)) return;
    this.spec = spec;
    this.desired = desiredOf(spec, this.ground.runtime.kind);
    this.look();
  }

  /** What an earlier process has kept; before anything is adopted. */
  restore(): void {
    const history = this.ground.histories?.of(this.appId);
    if (!history) return;
    restoreHistory(this.observed, history);
    this.#kept = JSON.stringify(history);
  }

  /** From now on it may act: what runs has been adopted. */
  ready(): void {
    this.#isReady = true;
    this.look();
  }

  /** Ends all dynos of the app, one-offs too; resolves once none is left, nor anything it had on disk. */
  async remove(): Promise<void> {
    this.isRemoved = true;
    this.desired = {...desiredOf(null, this.ground.runtime.kind), limits: {...this.desired.limits, drainMs: 0}};
    const {oneOffs, leaving} = this.observed;
    for (const dyno of [...oneOffs.values(), ...leaving.values()]) this.runner.stop(dyno, 0);
    this.look();
    await new Promise<void>((resolve) => {
      this.#emptied.push(resolve);
      this.#tellIfEmpty();
    });
    await this.runner.cleared();
  }

  /** Plans and acts until nothing is left to do now. */
  look(): void {
    if (!this.#isReady || this.#isLooking || this.ground.closing.aborted) return;
    if (!this.spec && !this.isRemoved) return;
    this.#isLooking = true;
    this.#noticeClock();
    let lookedAt = this.now;
    try {
      for (let turn = 0; ; turn++) {
        lookedAt = this.now;
        const steps = plan(this.desired, this.observed, lookedAt);
        if (steps.length === 0) break;
        if (turn === MOST_TURNS) throw new Error(`no end of steps: ${JSON.stringify(steps)}`);
        for (const step of steps) execute(this, step);
      }
    } catch (error) {
      // A defect of ours must not take the other apps' dynos along; the next event brings the next look.
      this.log('dyno-manager', lines.platformError(error instanceof Error ? error.message : String(error)));
    } finally {
      this.#isLooking = false;
    }
    this.publish();
    this.#keepHistory();
    this.#waitForDue(lookedAt);
    this.#tellIfEmpty();
  }

  /** Starts a dyno for the slot, as the one that bears the name or as its successor. */
  launch(slot: Slot, role: 'current' | 'successor'): Dyno {
    const {release, limits, metrics} = this.desired;
    const wanted = this.desired.formation.find(({type}) => type === slot.type)!;
    const {name, type} = slot;
    const {command, size} = wanted;
    const of = {app: this.spec!, release: release!, name, type, command, size, limits, metrics};
    const {dyno, spec} = newDyno({...of, kind: 'formation'}, this.ground);
    if (slot.restart !== 'no' || slot.release !== release!.version) Object.assign(slot, {crashes: 0, failures: 0});
    Object.assign(slot, {[role]: dyno, release: release!.version, restart: 'no', waitsFor: null});
    if (role === 'current') Object.assign(slot, {last: dyno, rest: 'new'});
    this.settle(slot);
    void this.runner.start(dyno, spec);
    return dyno;
  }

  /** Starts a dyno beside the formation; rejects when the engine cannot. */
  async startOneOff(start: Start, copy: ((chunk: Buffer) => void) | null = null): Promise<Dyno> {
    const {dyno, spec} = newDyno(start, this.ground);
    this.observed.oneOffs.set(dyno.id, dyno);
    await this.runner.start(dyno, spec, copy);
    if (dyno.failure !== null) throw dyno.failure;
    return dyno;
  }

  /** The dyno bears no name any more and goes, after its requests. */
  leave(dyno: Dyno, drainMs: number): void {
    this.observed.leaving.set(dyno.id, dyno);
    this.runner.stop(dyno, drainMs);
  }

  /** Tells the slot's state where it has changed: to the log, the API, the router. */
  settle(slot: Slot, since = this.now): void {
    const state = stateOf(slot);
    const before = slot.told;
    const info = infoOfSlot({...slot, told: state}, this.ground.runtime.kind);
    if (before === state) return;
    slot.told = state;
    slot.toldAt = since;
    if (before !== null) this.log(slot.name, lines.stateChanged(before, state));
    if (info) this.ground.onChange(this.appId, {...info, updatedAt: new Date(slot.toldAt).toISOString()});
  }

  /** Tells that the slot is gone. */
  forget(slot: Slot): void {
    this.observed.slots.delete(slot.name);
    if (slot.told !== null && slot.told !== 'down') this.log(slot.name, lines.stateChanged(slot.told, 'down'));
    const info = infoOfSlot({...slot, told: 'down', toldAt: this.now}, this.ground.runtime.kind);
    if (info) this.ground.onChange(this.appId, info);
  }

  infos(): DynoInfo[] {
    const {kind} = this.ground.runtime;
    const slots = [...this.observed.slots.values()].flatMap((slot) => infoOfSlot(slot, kind) ?? []);
    const oneOffs = [...this.observed.oneOffs.values()].map((dyno) => infoOfOneOff(dyno, kind));
    return [...slots, ...oneOffs];
  }

  slotsOf({dyno, type}: DynoSelector): Slot[] {
    const slots = [...this.observed.slots.values()].filter(
      (slot) => (dyno === undefined || slot.name === dyno) && (type === undefined || slot.type === type),
    );
    if (slots.length === 0 && dyno !== undefined) throw new DynoError('not_found', {resource: 'dyno'});
    return slots;
  }

  /** The running dyno of that name: of the formation, or a one-off. */
  runningDyno(name: string): Dyno {
    const slot = this.observed.slots.get(name);
    const found = slot ? slot.current : [...this.observed.oneOffs.values()].find((dyno) => dyno.name === name);
    if (!found?.engineId || found.exit) throw new DynoError('not_found', {resource: 'dyno'});
    return found;
  }

  dynoById(id: string): Dyno | undefined {
    for (const dyno of this.#dynos()) if (dyno.id === id) return dyno;
    return undefined;
  }

  /** Replaces dynos of the formation; a one-off that is named is stopped, for it is never restarted. */
  restart(selector: DynoSelector): void {
    if (this.#stopOneOff(selector)) return;
    for (const slot of this.slotsOf(selector)) slot.restart = selector.dyno === undefined ? 'together' : 'alone';
    this.look();
  }

  /** Stops dynos, one-offs of a type too; those of the formation are started again when they have ended. */
  stop(selector: DynoSelector): void {
    if (this.#stopOneOff(selector)) return;
    for (const dyno of this.observed.oneOffs.values()) if (dyno.type === selector.type) this.runner.stop(dyno, 0);
    for (const slot of this.slotsOf(selector)) {
      const {current} = slot;
      if (!current || current.exit) continue;
      Object.assign(slot, {current: null, rest: 'down', waitsFor: current.id, crashes: 0, retryAt: 0});
      this.settle(slot);
      this.leave(current, this.desired.limits.restartDrainMs);
    }
    this.look();
  }

  #stopOneOff({dyno: name}: DynoSelector): boolean {
    const dyno = [...this.observed.oneOffs.values()].find((oneOff) => oneOff.name === name);
    if (dyno) this.runner.stop(dyno, 0);
    return dyno !== undefined;
  }

  /** Web traffic counts from the last; a sleeping app is started. */
  trafficSeen(): void {
    const {now} = this;
    const isAnotherMinute = Math.floor(now / MINUTE) !== Math.floor(this.observed.lastTraffic / MINUTE);
    this.observed.lastTraffic = now;
    if (isAnotherMinute && this.#isReady) this.#keepHistory();
  }

  wake(): void {
    this.trafficSeen();
    for (const slot of this.observed.slots.values()) {
      if (slot.current || slot.rest !== 'idle') continue;
      this.log(slot.name, lines.unidling());
      slot.rest = 'new';
      slot.retryAt = 0;
    }
    this.look();
  }

  /**
   * The clock has leapt. The random minutes of the daily cycle spread a fleet's restarts over the day; whoever leaps
   * wants to see them now: all that is older than a day is due.
   */
  clockLeapt(leap: Leap): void {
    carryOver(this.observed, this.desired.limits, this.now, leap);
    for (const dyno of this.#dynos()) {
      if (dyno.createdAt + this.desired.limits.cycleMs <= this.now) dyno.cycleAt = Math.min(dyno.cycleAt, this.now);
    }
    this.look();
  }

  /** An engine that stops takes its dynos along, and may refuse their restart while it does: that was no crash of theirs. */
  engineWasAway(since: number): void {
    this.#away = {from: since - limits.engineStopMs, to: this.now};
    for (const slot of this.observed.slots.values()) {
      if (slot.toldAt < this.#away.from) continue;
      slot.crashes = 0;
      if (slot.rest === 'crashed') slot.retryAt = 0;
    }
    this.look();
  }

  /** Whether what ended then has ended with the engine. */
  endedWithEngine(at: number): boolean {
    return this.#away !== null && at >= this.#away.from && at <= this.#away.to;
  }

  /** Nothing waits any more on behalf of its dynos, which go on running. */
  letGo(): void {
    this.#cancelDue();
    this.sessions.close();
    for (const dyno of this.#dynos()) dyno.ended.abort();
  }

  *#dynos(): Iterable<Dyno> {
    for (const {current, successor} of this.observed.slots.values()) {
      if (current) yield current;
      if (successor) yield successor;
    }
    yield* this.observed.leaving.values();
    yield* this.observed.oneOffs.values();
  }

  #noticeClock(): void {
    const {now} = this;
    if (now < this.#lookedAt) shiftTimes(this.observed, now - this.#lookedAt);
    this.#lookedAt = now;
  }

  #cancelDue(): void {
    this.#due?.timer.cancel();
    this.#due = null;
  }

  /** Tells the router what has changed. */
  publish(): void {
    const routed = routedDynosOf(this.observed);
    if (isSameRouting(routed, this.#routed)) return;
    this.#routed = routed;
    this.ground.onDynos(this.appId, routed);
  }

  #keepHistory(): void {
    const {histories} = this.ground;
    if (!histories) return;
    const history = historyOf(this.observed, this.desired);
    const kept = history ? JSON.stringify(history) : '';
    if (kept === this.#kept) return;
    this.#kept = kept;
    histories.keep(this.appId, history);
  }

  /** `lookedAt`: of the last look, so that what has fallen due since is waited for, not passed over. */
  #waitForDue(lookedAt: number): void {
    const at = nextDue(this.desired, this.observed, lookedAt);
    if (this.#due?.at === at) return;
    this.#cancelDue();
    if (at === null) return;
    const fire = () => {
      this.#due = null;
      this.look();
    };
    this.#due = {at, timer: this.ground.clock.setTimeout(fire, at - this.now)};
  }

  #tellIfEmpty(): void {
    const {slots, leaving, oneOffs} = this.observed;
    if (this.#emptied.length === 0 || slots.size + leaving.size + oneOffs.size > 0) return;
    for (const resolve of this.#emptied.splice(0)) resolve();
  }
}
