import type {Clock, Timer} from '../model/clock.js';
import {sleep} from '../model/clock.js';
import {maskDrainUrl} from '../model/drain.js';
import type {DrainState, DrainStatus} from '../model/drain.js';
import type {DrainSpec} from '../model/spec.js';
import {certificateAlert} from './certificate-alert.js';
import {FINISH_MS} from './drain.js';
import type {Drain, DrainContext, DrainPast} from './drain.js';
import {DrainLedger} from './drain-ledger.js';
import type {Message} from './message.js';
import {Wake} from './wake.js';

const MAX_AGE_MS = 5 * 3600_000;
const IDLE_FUZZ_MS = 15_000;

/**
 * What drains of every kind have in common: a buffer with its books, a loop that works while there is something to
 * send, and one connection, which is let go when it is idle or old, and when the drain closes.
 *
 *   push ──▶ buffer ──▶ work() ⇄ connected() … disconnect()
 *
 * A kind calls start() when it is made, and says in work() what one turn of the loop does.
 */
export abstract class RunningDrain implements Drain {
  readonly spec: DrainSpec;
  protected readonly clock: Clock;
  protected readonly random: () => number;
  protected readonly ledger: DrainLedger;
  /** ms since the epoch of the last success; null: there was none */
  protected lastGood: number | null = null;
  readonly #transport: {disconnect(): void};
  readonly #idleMs: number;
  readonly #certificateRefused: (alert: string) => void;
  readonly #wake = new Wake();
  readonly #closing = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #connectedAt = 0;
  #idleTimer: Timer | null = null;

  /** @param idleMs after which an idle connection is closed */
  protected constructor(context: DrainContext, transport: {disconnect(): void}, idleMs: number) {
    this.spec = context.spec;
    this.clock = context.clock;
    this.random = context.random;
    this.ledger = new DrainLedger(context);
    this.#certificateRefused = context.certificateRefused;
    this.#transport = transport;
    this.#idleMs = idleMs;
  }

  /** Sends something, or tries to. Never rejects; called again as long as there is something to send. */
  protected abstract work(): Promise<void>;
  /** messages that were taken from the buffer and are not delivered or dropped yet */
  protected abstract readonly onItsWay: number;
  protected abstract readonly state: DrainState;

  get neededSeq(): number {
    return this.ledger.neededSeq;
  }

  push(messages: Message[]): void {
    this.ledger.push(messages);
    this.#wake.wake();
  }

  status(): DrainStatus {
    const {delivered, dropped, buffer} = this.ledger;
    const url = maskDrainUrl(this.spec.url);
    return {...this.spec, url, state: this.state, delivered, dropped, buffered: buffer.size + this.onItsWay};
  }

  save(): Promise<void> {
    return this.ledger.save();
  }

  async close(inFlight: 'finish' | 'abort'): Promise<void> {
    this.#closing.abort();
    this.#wake.wake();
    const force = this.clock.setTimeout(() => this.disconnect(), inFlight === 'finish' ? FINISH_MS : 0);
    await this.#running;
    force.cancel();
    this.disconnect();
    await this.ledger.close();
  }

  handOver(): DrainPast {
    return this.ledger.handOver(this.onItsWay);
  }

  protected start(): void {
    this.#running = this.#run();
  }

  protected get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Resolves early when the drain closes. */
  protected async wait(delayMs: number): Promise<void> {
    await sleep(this.clock, delayMs, this.#closing.signal).catch(() => undefined);
  }

  protected connected(): void {
    this.#connectedAt = this.clock.now();
    this.#watchIdle();
  }

  protected disconnect(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = null;
    this.#transport.disconnect();
  }

  /** Says so in an L14 where it was the certificate (heroku-behaviour.md 4.3). */
  protected connectionFailed(error: Error): void {
    const alert = certificateAlert(error);
    if (alert) this.#certificateRefused(alert);
  }

  async #run(): Promise<void> {
    while (!this.isClosing) {
      if (this.onItsWay > 0 || this.ledger.buffer.size > 0) await this.work();
      else await this.#wake.wait();
    }
  }

  #watchIdle(): void {
    this.#idleTimer?.cancel();
    const delay = this.#idleMs + Math.ceil(this.random() * IDLE_FUZZ_MS);
    this.#idleTimer = this.clock.setTimeout(() => {
      const now = this.clock.now();
      const isIdle = now - (this.lastGood ?? this.#connectedAt) > this.#idleMs;
      const isOld = now - this.#connectedAt > MAX_AGE_MS;
      if (this.onItsWay === 0 && (isIdle || isOld)) this.disconnect();
      else this.#watchIdle();
    }, delay);
  }
}
