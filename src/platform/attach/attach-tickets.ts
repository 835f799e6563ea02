import {randomUUID} from 'node:crypto';
import type {Clock, Timer} from '../../model/clock.js';
import {limits} from '../../model/limits.js';
import type {DynoInfo} from '../../runtime/protocol.js';
import type {App} from '../store/apps.js';

/** What a ticket opens: the terminal of a one-off that waits for its client, or a further command in a running dyno. */
export interface AttachTarget {
  appId: string;
  dyno: string;
  /** absent: the dyno's own terminal */
  exec?: {command: string; env: Record<string, string>; tty: {columns: number; rows: number; term: string} | null};
  /** the one-off as it was started */
  info?: DynoInfo;
  /** without a terminal, byte 0x04 is the end of the input */
  hasTerminal: boolean;
  /** apps of private spaces only */
  spaceId: string | null;
}

/**
 * Secrets that open a dyno's terminal, once each: `rendezvous://localhost:7770/<secret>` on the Common Runtime,
 * `https://localhost:7770/attach/<secret>` in private spaces (platform-api.md 5.2, 5.3).
 */
export class AttachTickets {
  readonly #port: number;
  readonly #clock: Clock;
  readonly #targets = new Map<string, {target: AttachTarget; expiry: Timer}>();

  constructor(port: number, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  urlFor(app: App, target: {dyno: string} & Partial<Pick<AttachTarget, 'exec' | 'hasTerminal' | 'info'>>): string {
    const secret = randomUUID();
    const expiry = this.#clock.setTimeout(() => this.#targets.delete(secret), 2 * limits.attachWaitMs);
    const whole = {hasTerminal: true, ...target, appId: app.id, spaceId: app.spaceId};
    this.#targets.set(secret, {target: whole, expiry});
    return app.spaceId === null
      ? `rendezvous://localhost:${this.#port}/${secret}`
      : `https://localhost:${this.#port}/attach/${secret}`;
  }

  /**
   * A one-off whose client has not come yet. Its command may be through by then, and its terminal is kept; the official
   * CLI goes there only after it has seen the dyno up (platform-api.md 5.3).
   */
  waiting(app: App, identity: string): DynoInfo | undefined {
    for (const {target} of this.#targets.values()) {
      const {info} = target;
      if (target.appId === app.id && info && (info.name === identity || info.id === identity)) return info;
    }
    return undefined;
  }

  /** What the secret opens; it opens nothing afterwards. */
  take(secret: string): AttachTarget | undefined {
    const ticket = this.#targets.get(secret);
    ticket?.expiry.cancel();
    this.#targets.delete(secret);
    return ticket?.target;
  }

  /** Tickets open nothing any more. */
  close(): void {
    for (const {expiry} of this.#targets.values()) expiry.cancel();
    this.#targets.clear();
  }
}
