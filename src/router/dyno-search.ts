import type {Timer} from '../model/clock.js';
import type {RouterCode} from '../model/heroku-codes.js';
import type {AppRoutes} from './app-routes.js';
import {DynoConnection} from './dyno-connection.js';
import type {ConnectFailure} from './dyno-connection.js';
import type {DynoRoute} from './dyno-route.js';
import type {RequestRecord} from './request-record.js';
import type {RouterCore} from './router-core.js';

export interface SearchOutcome {
  connected(connection: DynoConnection): void;
  /** `last` is the dyno that failed last, if any was tried */
  searchFailed(code: RouterCode, last: DynoRoute | null): void;
}

const FIRST_RETRY_MS = 100;

/** A connection to this dyno that waits for a request. */
export function idleConnectionTo(route: DynoRoute, core: RouterCore): DynoConnection | null {
  for (let idle = route.takeIdle(); idle; idle = route.takeIdle()) {
    if (idle.usable && core.settings.style === 'router2') return idle;
    idle.destroy();
  }
  return null;
}

/**
 * Finds a dyno for one request and connects to it (heroku-behaviour.md 3.6): at random among those that are up; one that
 * does not accept is quarantined and another tried; while the app boots or all are quarantined, it waits.
 */
export class DynoSearch {
  readonly #core: RouterCore;
  readonly #app: AppRoutes;
  readonly #outcome: SearchOutcome;
  readonly #record: RequestRecord;
  #preferred: DynoRoute | null;
  #tried: Set<DynoRoute> | null = null;
  #lastFailure: ConnectFailure = 'refused';
  #last: DynoRoute | null = null;
  #connecting: DynoConnection | null = null;
  #over = false;
  #waits = false;
  #woken = false;
  #retryMs = FIRST_RETRY_MS;
  #retry: Timer | null = null;
  #deadline: Timer | null = null;
  readonly #look = () => this.#safely(() => this.#lookAgain());

  constructor(
    core: RouterCore,
    app: AppRoutes,
    preferred: DynoRoute | null,
    record: RequestRecord,
    outcome: SearchOutcome,
  ) {
    this.#core = core;
    this.#app = app;
    this.#preferred = preferred;
    this.#record = record;
    this.#outcome = outcome;
  }

  start(): void {
    const now = this.#core.clock.now();
    const route = this.#preferred ?? this.#app.choose(this.#core.random, now, this.#tried);
    this.#preferred = null;
    if (route !== null) this.#connect(route);
    else this.#lackDynos();
  }

  cancel(): void {
    this.#finish();
    this.#connecting?.destroy();
  }

  #connect(route: DynoRoute): void {
    const idle = idleConnectionTo(route, this.#core);
    if (idle !== null) return this.#succeed(idle);
    const connection = new DynoConnection(this.#core, route, this.#app.limits, (failure) => {
      this.#connecting = null;
      if (this.#over) return;
      // It was told to stop meanwhile: nothing new goes there, and that it does not accept any more is no failure.
      if (route.draining) return this.#leaveDraining(connection);
      if (failure === null) this.#succeed(connection);
      else this.#fail(route, failure);
    });
    this.#connecting = connection;
  }

  #leaveDraining(connection: DynoConnection): void {
    connection.destroy();
    if (this.#timeIsUp) this.#timeOut();
    else this.start();
  }

  #succeed(connection: DynoConnection): void {
    this.#finish();
    this.#outcome.connected(connection);
  }

  #fail(route: DynoRoute, failure: ConnectFailure): void {
    const now = this.#core.clock.now();
    const why = failure === 'refused' ? 'refused the connection' : 'did not accept the connection in time';
    this.#record.note(now, `${route.dyno.name} ${why}; quarantined`);
    route.quarantinedUntil = now + this.#app.limits.quarantineMs;
    this.#last = route;
    this.#lastFailure = failure;
    (this.#tried ??= new Set()).add(route);
    // In a private space no second dyno is tried.
    const attempts = this.#core.kind === 'space' ? 1 : this.#app.limits.connectAttempts;
    if (this.#tried.size >= attempts || this.#timeIsUp) this.#giveUp(failure === 'timeout' ? 'H19' : 'H21');
    else this.start();
  }

  get #timeIsUp(): boolean {
    return this.#core.clock.now() - this.#record.acceptedAt >= this.#app.limits.connectTotalMs;
  }

  #lackDynos(): void {
    if (this.#tried !== null) return this.#giveUp(this.#lastFailure === 'timeout' ? 'H19' : 'H21');
    const shortage = this.#app.shortage();
    if (shortage === 'none') return this.#giveUp(this.#core.kind === 'space' ? 'H99' : 'H14');
    if (shortage === 'crashed') return this.#giveUp('H10');
    if (shortage === 'idle' && !this.#woken) {
      this.#woken = true;
      this.#core.wake(this.#app.app.id);
    }
    this.#wait(shortage === 'quarantined');
  }

  /** Until the dynos change, or, when all are quarantined, a little longer each time. */
  #wait(quarantined: boolean): void {
    const {clock} = this.#core;
    if (!this.#waits) {
      this.#waits = true;
      const why = quarantined ? 'all dynos are quarantined' : 'no dyno is up yet';
      this.#record.note(clock.now(), `waiting: ${why}`);
      this.#app.waiting.add(this.#look);
      const left = this.#record.acceptedAt + this.#app.limits.connectTotalMs - clock.now();
      this.#deadline = clock.setTimeout(() => this.#safely(() => this.#timeOut()), left);
    }
    this.#retry?.cancel();
    if (!quarantined) return;
    this.#retry = clock.setTimeout(this.#look, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, this.#app.limits.quarantineMs);
  }

  /** A mistake of ours ends no process, and no other request that waits. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#core.report(error);
    }
  }

  #lookAgain(): void {
    if (!this.#over && this.#connecting === null) this.start();
  }

  #timeOut(): void {
    if (this.#connecting !== null) return;
    if (this.#app.shortage() === 'quarantined') return this.#giveUp('H99');
    this.#giveUp(this.#core.kind === 'space' ? 'H10' : 'H20');
  }

  #giveUp(code: RouterCode): void {
    this.#finish();
    this.#outcome.searchFailed(code, this.#last);
  }

  #finish(): void {
    this.#over = true;
    if (!this.#waits) return;
    this.#app.waiting.delete(this.#look);
    this.#retry?.cancel();
    this.#deadline?.cancel();
  }
}
