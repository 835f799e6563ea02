import type {DrainAddress, DrainState} from '../model/drain.js';
import {limits} from '../model/limits.js';
import type {DrainContext} from './drain.js';
import {httpsFrame} from './frames.js';
import {drainRequest} from './http-request.js';
import type {Frame} from './http-request.js';
import type {HttpTransport, SendOutcome} from './http-transport.js';
import type {Loss} from './message-buffer.js';
import {RunningDrain} from './running-drain.js';

const TRIES = 3;
const BACKOFF_MS = 10;
const BACKOFF_STEPS = 10;
const DEGRADE_MS = 5 * 60_000;
const IDLE_MS = 144_000;

/**
 * An http or https drain (heroku-behaviour.md 5.3). One loop, one frame, one request at a time:
 *
 *   buffer ──take──▶ frame ──send──▶ 2xx: delivered, with its loss notice
 *                      ▲      │────▶ 4xx but 429: dropped, its messages are losses to tell
 *                      │      └────▶ all else: disconnect, wait, again; dropped after TRIES
 *                      └─────────────┘
 */
export class HttpDrain extends RunningDrain {
  readonly #address: DrainAddress;
  readonly #transport: HttpTransport;
  /** messages of dropped frames, and their notices, since the first drop */
  #drops: Loss | null = null;
  #frame: Frame | null = null;
  /** failed connections since the last good one */
  #attempt = 0;
  #degraded = false;
  #failing = false;

  constructor(context: DrainContext, address: DrainAddress, transport: HttpTransport) {
    super(context, transport, IDLE_MS);
    this.#address = address;
    this.#transport = transport;
    const {untold = 0, untoldSince = 0} = context.progress ?? {};
    if (untold > 0) this.#drops = {lost: untold, since: untoldSince};
    this.ledger.countUntold(() => this.#untold());
    this.#frame = this.#retryOfUnfinished();
    this.start();
  }

  protected override async work(): Promise<void> {
    this.#frame ??= await this.#nextFrame();
    if (this.#frame) await this.#send(this.#frame);
  }

  protected override get onItsWay(): number {
    return this.#frame?.packet.count ?? 0;
  }

  protected override get state(): DrainState {
    if (this.#failing) return this.#degraded ? 'degraded' : 'failing';
    return this.#transport.isOpen ? 'connected' : 'idle';
  }

  #retryOfUnfinished(): Frame | null {
    const {unfinished} = this.ledger;
    const packet = unfinished?.packet(httpsFrame);
    return unfinished && packet ? {packet, id: unfinished.id, triesLeft: TRIES, lost: 0} : null;
  }

  async #nextFrame(): Promise<Frame | null> {
    const packet = this.ledger.buffer.take(limits.drainBatchBytes, httpsFrame);
    if (!packet) return null;
    const frame = {packet, id: this.#frameId(), triesLeft: TRIES, lost: this.ledger.buffer.takeLoss().lost};
    this.#frame = frame;
    await this.ledger.claim(packet, frame.id);
    return frame;
  }

  async #send(frame: Frame): Promise<void> {
    const now = this.clock.now();
    const loss = {lost: frame.lost + (this.#drops?.lost ?? 0), since: this.#drops?.since ?? now};
    const request = drainRequest(this.#address, this.spec.token, frame, loss, now);
    const outcome = await this.#transport.send(request, () => this.connected());
    const verdict = 'status' in outcome ? verdictOn(outcome.status) : 'again';
    if (verdict === 'delivered') this.#delivered(frame);
    else if (verdict === 'dropped') this.#drop(frame);
    else await this.#failed(frame, outcome);
    if (!this.#frame && this.ledger.buffer.size === 0) await this.ledger.save();
  }

  #delivered(frame: Frame): void {
    this.#frame = null;
    this.#drops = null;
    this.ledger.countDelivered(frame.packet.count);
    this.lastGood = this.clock.now();
    this.#failing = false;
    if (this.#degraded) this.ledger.buffer.resize(limits.drainBuffer);
    this.#degraded = false;
  }

  #drop(frame: Frame): void {
    this.#frame = null;
    this.ledger.countDropped(frame.packet.count);
    const {lost, since} = this.#drops ?? {lost: 0, since: this.clock.now()};
    this.#drops = {lost: lost + frame.packet.count + frame.lost, since};
  }

  async #failed(frame: Frame, outcome: SendOutcome): Promise<void> {
    this.disconnect();
    this.#failing = true;
    if ('error' in outcome) this.connectionFailed(outcome.error);
    frame.triesLeft--;
    if (frame.triesLeft === 0) this.#drop(frame);
    this.#degrade();
    await this.wait(reconnectDelay(this.#attempt++, this.random));
  }

  /** A drain that never succeeded keeps its buffer. */
  #degrade(): void {
    if (this.lastGood === null) this.#degraded = true;
    else if (this.clock.now() - this.lastGood > DEGRADE_MS && !this.#degraded) {
      this.#degraded = true;
      this.ledger.buffer.resize(limits.drainDegradedBuffer);
    }
  }

  protected override connected(): void {
    this.#attempt = 0;
    super.connected();
  }

  #untold(): Loss {
    const lost = (this.#drops?.lost ?? 0) + (this.#frame?.lost ?? 0);
    return {lost, since: this.#drops?.since ?? this.clock.now()};
  }

  #frameId(): string {
    return Array.from({length: 32}, () => Math.floor(this.random() * 16).toString(16))
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
