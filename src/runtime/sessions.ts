import {randomUUID} from 'node:crypto';
import {DynoError} from '../model/error.js';
import type {Session} from '../engine/engine.js';

/** ms for which the exit status of an ended session can still be asked for */
const KEEP_MS = 60_000;

/** The terminals that clients talk to now, by an id that only they know. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #timers = new Set<NodeJS.Timeout>();

  add(session: Session): string {
    const id = randomUUID();
    this.#sessions.set(id, session);
    const forget = () => {
      const timer = setTimeout(() => {
        this.#sessions.delete(id);
        this.#timers.delete(timer);
      }, KEEP_MS);
      this.#timers.add(timer);
    };
    session.exited.then(forget, forget);
    return id;
  }

  get(id: string): Session {
    const session = this.#sessions.get(id);
    if (!session) throw new DynoError('not_found', {resource: 'session'});
    return session;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#sessions.clear();
  }
}
