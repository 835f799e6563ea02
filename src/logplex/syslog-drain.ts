import type {DrainState} from '../model/drain.js';
import {limits} from '../model/limits.js';
import type {DrainContext} from './drain.js';
import {syslogFrameFor, syslogLossFrame} from './frames.js';
import type {FrameOf} from './frames.js';
import {RunningDrain} from './running-drain.js';
import type {SyslogTransport} from './syslog-transport.js';

const RECONNECT_MS = 30_000;
const BACKOFF_MAX_MS = 300_000;
/** failures after which the back-off stays at its maximum: bits of 300 (logplex_tcpsyslog_drain, reconnect/1) */
const BACKOFF_STEPS = 9;
const SHRINK_FAILURES = 10;
const IDLE_MS = 240_000;
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
export class SyslogDrain extends RunningDrain {
  readonly #transport: SyslogTransport;
  readonly #frameOf: FrameOf;
  #failures = 0;
  #onItsWay = 0;

  constructor(context: DrainContext, transport: SyslogTransport) {
    // A frame is left by an http drain whose URL was changed: its messages are like all others here.
    const progress = context.progress && {...context.progress, frame: null};
    super({...context, progress}, transport, IDLE_MS);
    this.#transport = transport;
    this.#frameOf = syslogFrameFor(context.spec.token);
    const {untold = 0, untoldSince = 0} = progress ?? {};
    this.ledger.buffer.tellAgain({lost: untold, since: untoldSince});
    this.start();
  }

  protected override work(): Promise<void> {
    return this.#transport.isOpen ? this.#send() : this.#connect();
  }

  protected override get onItsWay(): number {
    return this.#onItsWay;
  }

  protected override get state(): DrainState {
    if (this.ledger.buffer.capacity < limits.drainBuffer) return 'degraded';
    if (this.#failures > 0) return 'failing';
    return this.#transport.isOpen ? 'connected' : 'idle';
  }

  async #connect(): Promise<void> {
    const sinceGood = this.lastGood === null ? null : this.clock.now() - this.lastGood;
    const delay = reconnectDelay(this.#failures, sinceGood);
    if (delay > 0) await this.wait(delay);
    if (this.isClosing) return;
    try {
      await this.#transport.connect(() => this.#broken());
    } catch (error) {
      this.connectionFailed(error as Error);
      this.#fail();
      return;
    }
    this.ledger.buffer.resize(limits.drainBuffer);
    this.connected();
  }

  /** The last frames of a connection that breaks are lost; so many, and not more than PACKETS hold. */
  async #send(): Promise<void> {
    const {buffer} = this.ledger;
    const packets: string[] = [];
    const {lost, since} = buffer.takeLoss();
    if (lost > 0) packets.push(syslogLossFrame(this.spec.token, lost, since, this.clock.now()));
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
    if (last) await this.ledger.claim(last, null);
    try {
      await this.#transport.send(packets);
      this.ledger.countDelivered(count);
      this.lastGood = this.clock.now();
      this.#failures = 0;
    } catch {
      buffer.tellAgain({lost, since});
      buffer.lose(count);
      // A write tells of it before the connection does.
      if (this.#transport.isOpen) this.#broken();
    }
    this.#onItsWay = 0;
  }

  /** The connection has gone, whatever the reason but our own. */
  #broken(): void {
    this.disconnect();
    this.#fail();
  }

  #fail(): void {
    this.#failures++;
    const {buffer} = this.ledger;
    const isLosing = buffer.size >= buffer.capacity && buffer.loss.lost > 0;
    if (this.#failures > SHRINK_FAILURES && isLosing) buffer.resize(limits.drainDegradedBuffer);
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
