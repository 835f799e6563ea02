import type {Clock} from '../model/clock.js';
import type {HeaderNames} from './http1/header-names.js';
import type {AppTable} from './app-table.js';
import type {RequestRecords} from './request-records.js';
import type {RouterLimits} from './router-limits.js';
import type {RouterSettings} from './router-settings.js';
import type {SlowClients} from './slow-clients.js';
import type {WriteTurn} from './write-turn.js';

/** What every connection and exchange of one router shares. */
export interface RouterCore {
  readonly kind: 'common' | 'space';
  readonly clock: Clock;
  readonly settings: RouterSettings;
  readonly limits: RouterLimits;
  readonly apps: AppTable;
  readonly records: RequestRecords;
  readonly names: HeaderNames;
  readonly slowClients: SlowClients;
  readonly turn: WriteTurn;
  /** dynos' bytes are read into it and taken out at once, so that reading costs no allocation */
  readonly readBuffer: Buffer;
  /** a mistake of the router's own, which ended one request with H99 */
  report(error: unknown): void;
  /** answers in [0, 1) */
  random(): number;
  log(appId: string, message: string): void;
  wake(appId: string): void;
  trafficSeen(appId: string): void;
}
