import type {Database} from './database.js';
import {Table} from './table.js';

const times = {createdAt: 'created_at', updatedAt: 'updated_at'} as const;

export interface Webhook {
  id: string;
  appId: string;
  url: string;
  /** `api:release`, `dyno`, … */
  include: string[];
  /** `notify`: told once; `sync`: until it says that it knows */
  level: 'notify' | 'sync';
  secret: string;
  /** value of the Authorization header that goes with every delivery */
  authorization: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface WebhookEvent {
  id: string;
  appId: string;
  include: string;
  payload: {
    action: string;
    actor: {email: string; id: string};
    data: Record<string, unknown>;
    previous_data: Record<string, unknown>;
    resource: string;
    version: string;
  };
  createdAt: string;
  updatedAt: string;
}

export interface DeliveryAttempt {
  id: string;
  /** HTTP status of the answer; null when there was none */
  code: number | null;
  error_class: string | null;
  status: 'scheduled' | 'succeeded' | 'failed';
  created_at: string;
  updated_at: string;
}

export interface WebhookDelivery {
  id: string;
  appId: string;
  webhookId: string;
  eventId: string;
  status: 'pending' | 'scheduled' | 'retrying' | 'failed' | 'succeeded';
  numAttempts: number;
  /** null: no attempt is due any more */
  nextAttemptAt: string | null;
  lastAttempt: DeliveryAttempt | null;
  createdAt: string;
  updatedAt: string;
}

export class WebhookRows {
  readonly #db: Database;
  readonly hooks: Table<Webhook>;
  readonly events: Table<WebhookEvent>;
  readonly deliveries: Table<WebhookDelivery>;

  constructor(db: Database) {
    this.#db = db;
    this.hooks = new Table<Webhook>(db, 'webhooks', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      url: 'url',
      include: ['include', 'json'],
      level: 'level',
      secret: 'secret',
      authorization: 'auth_header',
      ...times,
    });
    this.events = new Table<WebhookEvent>(db, 'webhook_events', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      include: 'include',
      payload: ['payload', 'json'],
      ...times,
    });
    this.deliveries = new Table<WebhookDelivery>(db, 'webhook_deliveries', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      webhookId: 'webhook_id',
      eventId: 'event_id',
      status: 'status',
      numAttempts: 'num_attempts',
      nextAttemptAt: 'next_attempt_at',
      lastAttempt: ['last_attempt', 'json'],
      ...times,
    });
  }

  /** Deliveries that are due at a time, oldest first. */
  due(now: string): WebhookDelivery[] {
    return this.deliveries.list('next_attempt_at IS NOT NULL AND next_attempt_at <= @now', {now});
  }

  /** When the next delivery is due; undefined when none is. */
  nextDue(): string | undefined {
    const sql = 'SELECT MIN(next_attempt_at) AS at FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL';
    return this.#db.get<{at: string | null}>(sql)?.at ?? undefined;
  }

  forgetBefore(time: string): void {
    this.#db.run('DELETE FROM webhook_events WHERE created_at < @time', {time});
  }
}
