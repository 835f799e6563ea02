import type {Clock, Timer} from '../model/clock.js';
import {sleep} from '../model/clock.js';
import {maskDrainUrl} from '../model/drain.js';
import type {DrainAddress} from '../model/drain.js';
import {limits} from '../model/limits.js';
import type {DrainSpec} from '../model/spec.js';
import {certificateAlert} from './certificate-alert.js';
import {FINISH_MS} from './drain.js';
import type {Drain, DrainContext, DrainState, DrainStatus} from './drain.js';
import {DrainLedger} from './drain-ledger.js';
import {httpsFrame} from './frames.js';
import {drainRequest} from './http-request.js';
import type {Frame} from './http-request.js';
import type {HttpTransport, SendOutcome} from './http-transport.js';
import type {Message} from './message.js';
import type {Loss} from './message-buffer.js';
import {Wake} from './wake.js';

const TRIES = 3;
const BACKOFF_MS = 10;
const BACKOFF_STEPS = 10;
const DEGRADE_MS = 5 * 60_000;
const IDLE_MS = 144_000;
const IDLE_FUZZ_MS = 15_000;
const MAX_AGE_MS = 5 * 3600_000;

/**
 * An http or https drain (heroku-behaviour.md 5.3). One loop, one frame, one request at a time:
 *
 *   buffer ──take──▶ frame ──send──▶ 2xx: delivered, with its loss notice
 *                      ▲      │────▶ 4xx but 429: dropped, its messages are losses to tell
 *                      │      └────▶ all else: disconnect, wait, again; dropped after TRIES
 *                      └─────────────┘
 */
export class HttpDrain implements Drain {
  readonly spec: DrainSpec;
  readonly #address: DrainAddress;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #transport: HttpTransport;
  readonly #ledger: DrainLedger;
  readonly #certificateRefused: (alert: string) => void;
  readonly #wake = new Wake();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  /** messages of dropped frames, and their notices, since the first drop */
  #drops: Loss | null = null;
  #frame: Frame | null = null;
  /** failed connections since the last good one */
  #attempt = 0;
  #lastGood: number | null = null;
  #connectedAt = 0;
  #degraded = false;
  #failing = false;
  #idleTimer: Timer | null = null;

  constructor(context: DrainContext, address: DrainAddress, transport: HttpTransport) {
    this.spec = context.spec;
    this.#address = address;
    this.#clock = context.clock;
    this.#random = context.random;
    this.#transport = transport;
    this.#certificateRefused = context.certificateRefused;
    this.#ledger = new DrainLedger(context);
    const {untold = 0, untoldSince = 0} = context.progress ?? {};
    if (untold > 0) this.#drops = {lost: untold, since: untoldSince};
    this.#ledger.countUntold(() => this.#untold());
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
      buffered: buffer.size + (this.#frame?.packet.count ?? 0),
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
    this.#frame = this.#retryOfUnfinished();
    while (!this.#closing.signal.aborted) {
      this.#frame ??= await this.#nextFrame();
      if (this.#frame) await this.#send(this.#frame);
      else await this.#wake.wait();
    }
  }

  #retryOfUnfinished(): Frame | null {
    const {unfinished} = this.#ledger;
    const packet = unfinished?.packet(httpsFrame);
    return unfinished && packet ? {packet, id: unfinished.id, triesLeft: TRIES, lost: 0} : null;
  }

  async #nextFrame(): Promise<Frame | null> {
    const packet = this.#ledger.buffer.take(limits.drainBatchBytes, httpsFrame);
    if (!packet) return null;
    const frame = {packet, id: this.#frameId(), triesLeft: TRIES, lost: this.#ledger.buffer.takeLoss().lost};
    this.#frame = frame;
    await this.#ledger.claim(packet, frame.id);
    return frame;
  }

  async #send(frame: Frame): Promise<void> {
    const now = this.#clock.now();
    const loss = {lost: frame.lost + (this.#drops?.lost ?? 0), since: this.#drops?.since ?? now};
    const request = drainRequest(this.#address, this.spec.token, frame, loss, now);
    const outcome = await this.#transport.send(request, () => this.#connected());
    const verdict = 'status' in outcome ? verdictOn(outcome.status) : 'again';
    if (verdict === 'delivered') this.#delivered(frame);
    else if (verdict === 'dropped') this.#drop(frame);
    else await this.#failed(frame, outcome);
    if (!this.#frame && this.#ledger.buffer.size === 0) await this.#ledger.save();
  }

  #delivered(frame: Frame): void {
    this.#frame = null;
    this.#drops = null;
    this.#ledger.countDelivered(frame.packet.count);
    this.#lastGood = this.#clock.now();
    this.#failing = false;
    if (this.#degraded) this.#ledger.buffer.resize(limits.drainBuffer);
    this.#degraded = false;
  }

  #drop(frame: Frame): void {
    this.#frame = null;
    this.#ledger.countDropped(frame.packet.count);
    const {lost, since} = this.#drops ?? {lost: 0, since: this.#clock.now()};
    this.#drops = {lost: lost + frame.packet.count + frame.lost, since};
  }

  async #failed(frame: Frame, outcome: SendOutcome): Promise<void> {
    this.#disconnect();
    this.#failing = true;
    const alert = 'error' in outcome ? certificateAlert(outcome.error) : null;
    if (alert) this.#certificateRefused(alert);
    frame.triesLeft--;
    if (frame.triesLeft === 0) this.#drop(frame);
    this.#degrade();
    const delay = reconnectDelay(this.#attempt++, this.#random);
    await sleep(this.#clock, delay, this.#closing.signal).catch(() => undefined);
  }

  /** A drain that never succeeded keeps its buffer. */
  #degrade(): void {
    if (this.#lastGood === null) this.#degraded = true;
    else if (this.#clock.now() - this.#lastGood > DEGRADE_MS && !this.#degraded) {
      this.#degraded = true;
      this.#ledger.buffer.resize(limits.drainDegradedBuffer);
    }
  }

  #connected(): void {
    this.#attempt = 0;
    this.#connectedAt = this.#clock.now();
    this.#watchIdle();
  }

  #watchIdle(): void {
    this.#idleTimer?.cancel();
    const delay = IDLE_MS + Math.ceil(this.#random() * IDLE_FUZZ_MS);
    this.#idleTimer = this.#clock.setTimeout(() => {
      const now = this.#clock.now();
      const isIdle = now - (this.#lastGood ?? this.#connectedAt) > IDLE_MS;
      const isOld = now - this.#connectedAt > MAX_AGE_MS;
      if (!this.#frame && (isIdle || isOld)) this.#disconnect();
      else this.#watchIdle();
    }, delay);
  }

  #disconnect(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = null;
    this.#transport.disconnect();
  }

  #untold(): Loss {
    const lost = (this.#drops?.lost ?? 0) + (this.#frame?.lost ?? 0);
    return {lost, since: this.#drops?.since ?? this.#clock.now()};
  }

  #state(): DrainState {
    if (this.#failing) return this.#degraded ? 'degraded' : 'failing';
    return this.#transport.isOpen ? 'connected' : 'idle';
  }

  #frameId(): string {
    return Array.from({length: 32}, () => Math.floor(this.#random() * 16).toString(16))
      .join('')
      .toUpperCase();
  }
}

/** 5.3: 2xx is success, a client error is final, anything else may pass. */
export function verdictOn(status: number): 'delivered' | 'dropped' | 'again' {
  if (status >= 200 && status < 300) return 'delivered';
  return status >= 400 && status < 500 && status !== 429 ? 'dropped' : 'again';
}

/** ms before the next connection: none before the first, then a random power of two that grows with the attempt (5.3). */
export function reconnectDelay(attempt: number, random: () => number): number {
  if (attempt === 0) return 0;
  const exponent = 1 + Math.floor(random() * Math.min(BACKOFF_STEPS, attempt));
  return BACKOFF_MS * Math.floor((2 ** exponent - 1) / 2);
}
