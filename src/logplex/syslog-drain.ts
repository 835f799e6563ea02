import {sleep} from '../model/clock.js';
import type {Clock, Timer} from '../model/clock.js';
import {maskDrainUrl} from '../model/drain.js';
import {limits} from '../model/limits.js';
import type {DrainSpec} from '../model/spec.js';
import {certificateAlert} from './certificate-alert.js';
import {FINISH_MS} from './drain.js';
import type {Drain, DrainContext, DrainState, DrainStatus} from './drain.js';
import {DrainLedger} from './drain-ledger.js';
import {syslogFrameFor, syslogLossFrame} from './frames.js';
import type {FrameOf} from './frames.js';
import type {Message} from './message.js';
import type {SyslogTransport} from './syslog-transport.js';
import {Wake} from './wake.js';

const RECONNECT_MS = 30_000;
const BACKOFF_MAX_MS = 300_000;
/** failures after which the back-off stays at its maximum: bits of 300 (logplex_tcpsyslog_drain, reconnect/1) */
const BACKOFF_STEPS = 9;
const SHRINK_FAILURES = 10;
const IDLE_MS = 240_000;
const IDLE_FUZZ_MS = 15_000;
const MAX_AGE_MS = 5 * 3600_000;
/** packets claimed and handed to the socket in one go: what a crash may lose, and a socket's own buffer holds */
const PACKETS = 16;

/**
 * A syslog or syslog+tls drain (heroku-behaviour.md 5.4). Nothing is acknowledged: what the socket took is delivered, and
 * what it broke on is lost, and told of.
 *
 *   disconnected ──wait──▶ connecting ──▶ sending ⇄ idle
 *        ▲                     │             │
 *        └──── failures + 1 ◀──┴─────────────┘ broken, too slow
 */
export class SyslogDrain implements Drain {
  readonly spec: DrainSpec;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #transport: SyslogTransport;
  readonly #ledger: DrainLedger;
  readonly #frameOf: FrameOf;
  readonly #certificateRefused: (alert: string) => void;
  readonly #wake = new Wake();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #failures = 0;
  #lastGood: number | null = null;
  #connectedAt = 0;
  #onItsWay = 0;
  #idleTimer: Timer | null = null;

  constructor(context: DrainContext, transport: SyslogTransport) {
    this.spec = context.spec;
    this.#clock = context.clock;
    this.#random = context.random;
    this.#transport = transport;
    this.#frameOf = syslogFrameFor(context.spec.token);
    this.#certificateRefused = context.certificateRefused;
    this.#ledger = new DrainLedger(context);
    const {untold = 0, untoldSince = 0} = context.progress ?? {};
    this.#ledger.buffer.tellAgain({lost: untold, since: untoldSince});
    this.#running = this.#run();
  }

  get neededSeq(): number {
    return this.#ledger.neededSeq;
  }

  push(messages: Message[]): void {
    this.#ledger.push(messages);
    this.#wake.wake();
  }

  status(): DrainStatus {
    const {delivered, dropped, buffer} = this.#ledger;
    return {
      ...this.spec,
      url: maskDrainUrl(this.spec.url),
      state: this.#state(),
      delivered,
      dropped,
      buffered: buffer.size + this.#onItsWay,
    };
  }

  save(): Promise<void> {
    return this.#ledger.save();
  }

  async close(inFlight: 'finish' | 'abort'): Promise<void> {
    this.#closing.abort();
    this.#wake.wake();
    const force = this.#clock.setTimeout(() => this.#disconnect(), inFlight === 'finish' ? FINISH_MS : 0);
    await this.#running;
    force.cancel();
    this.#disconnect();
    await this.#ledger.close();
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      if (this.#ledger.buffer.size === 0) await this.#wake.wait();
      else if (this.#transport.isOpen) await this.#send();
      else await this.#connect();
    }
  }

  async #connect(): Promise<void> {
    const delay = reconnectDelay(this.#failures, this.#lastGood === null ? null : this.#clock.now() - this.#lastGood);
    if (delay > 0) await sleep(this.#clock, delay, this.#closing.signal).catch(() => undefined);
    if (this.#closing.signal.aborted) return;
    try {
      await this.#transport.connect(() => this.#closed());
    } catch (error) {
      const alert = certificateAlert(error as Error);
      if (alert) this.#certificateRefused(alert);
      this.#fail();
      return;
    }
    this.#connectedAt = this.#clock.now();
    this.#ledger.buffer.resize(limits.drainBuffer);
    this.#watchIdle();
  }

  /** The last frames of a connection that breaks are lost; so many, and not more than PACKETS hold. */
  async #send(): Promise<void> {
    const {buffer} = this.#ledger;
    const packets: string[] = [];
    const {lost, since} = buffer.takeLoss();
    if (lost > 0) packets.push(syslogLossFrame(this.spec.token, lost, since, this.#clock.now()));
    let count = 0;
    let last = null;
    while (packets.length < PACKETS) {
      const packet = buffer.take(limits.syslogBatchBytes, this.#frameOf);
      if (!packet) break;
      packets.push(packet.text);
      count += packet.count;
      last = packet;
    }
    this.#onItsWay = count;
    if (last) await this.#ledger.claim(last, null);
    try {
      await this.#transport.send(packets);
      this.#ledger.countDelivered(count);
      this.#lastGood = this.#clock.now();
      this.#failures = 0;
    } catch {
      buffer.tellAgain({lost, since});
      buffer.lose(count);
      this.#transport.disconnect();
    }
    this.#onItsWay = 0;
  }

  /** The connection has gone, whatever the reason but our own. */
  #closed(): void {
    this.#idleTimer?.cancel();
    this.#fail();
  }

  #fail(): void {
    this.#failures++;
    const {buffer} = this.#ledger;
    const isLosing = buffer.size >= buffer.capacity && buffer.loss.lost > 0;
    if (this.#failures > SHRINK_FAILURES && isLosing) buffer.resize(limits.drainDegradedBuffer);
  }

  #watchIdle(): void {
    this.#idleTimer?.cancel();
    const delay = IDLE_MS + Math.ceil(this.#random() * IDLE_FUZZ_MS);
    this.#idleTimer = this.#clock.setTimeout(() => {
      const now = this.#clock.now();
      const isIdle = now - (this.#lastGood ?? this.#connectedAt) > IDLE_MS;
      const isOld = now - this.#connectedAt > MAX_AGE_MS;
      if (this.#onItsWay === 0 && (isIdle || isOld)) this.#disconnect();
      else this.#watchIdle();
    }, delay);
  }

  #disconnect(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = null;
    this.#transport.disconnect();
  }

  #state(): DrainState {
    if (this.#ledger.buffer.capacity < limits.drainBuffer) return 'degraded';
    if (this.#failures > 0) return 'failing';
    return this.#transport.isOpen ? 'connected' : 'idle';
  }
}

/**
 * ms before the next connection (5.4): none at first, or when the last success is older than 30 s, which are waited for
 * otherwise; after failure n 2^n s, and 300 s from the tenth on.
 *
 * @param sinceGood ms since the last success; null: never
 */
export function reconnectDelay(failures: number, sinceGood: number | null): number {
  if (failures > BACKOFF_STEPS) return BACKOFF_MAX_MS;
  if (failures > 0) return 2 ** failures * 1000;
  return sinceGood === null || sinceGood >= RECONNECT_MS ? 0 : RECONNECT_MS;
}
