import type {Clock} from '../model/clock.js';
import type {DynoConnection} from './dyno-connection.js';
import type {RoutedDyno} from './routed-app.js';

/** One web dyno: its idle connections, its requests in progress, and whether it may get more. */
export class DynoRoute {
  dyno: RoutedDyno;
  /** ms since the epoch until when it is avoided because a connection failed */
  quarantinedUntil = 0;
  /** takes nothing new */
  draining = false;
  /** requests in progress, without upgraded ones */
  #inProgress = 0;
  #idle: DynoConnection[] = [];
  #drained: Array<() => void> = [];
  #draining: Promise<void> | null = null;

  constructor(dyno: RoutedDyno) {
    this.dyno = dyno;
    this.draining = dyno.state === 'draining';
  }

  get ready(): boolean {
    return this.dyno.state === 'up' && !this.draining && this.dyno.endpoint !== null;
  }

  /** Takes the news of the dyno manager; a draining dyno stays so. */
  update(dyno: RoutedDyno): void {
    const before = this.dyno.endpoint;
    const after = dyno.endpoint;
    if (before && (before.host !== after?.host || before.port !== after.port)) this.closeIdle();
    this.dyno = dyno;
    if (dyno.state !== 'draining') return;
    this.draining = true;
    this.closeIdle();
  }

  takeIdle(): DynoConnection | undefined {
    return this.#idle.pop();
  }

  /** Keeps a connection for the next request; false when it is not wanted. */
  giveIdle(connection: DynoConnection, max: number): boolean {
    if (!this.ready || this.#idle.length >= max) return false;
    this.#idle.push(connection);
    return true;
  }

  forget(connection: DynoConnection): void {
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  begin(): void {
    this.#inProgress++;
  }

  end(): void {
    this.#inProgress--;
    if (this.#inProgress > 0) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** Nothing new from now on; resolves when what is in progress has ended, or after `maxMs`. */
  drain(clock: Clock, maxMs: number): Promise<void> {
    this.draining = true;
    this.closeIdle();
    if (this.#inProgress === 0) return Promise.resolve();
    return (this.#draining ??= new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, maxMs);
      this.#drained.push(() => {
        timer.cancel();
        resolve();
      });
    }));
  }
}
