import {createHmac} from 'node:crypto';
import type {Clock, Timer} from '../../model/clock.js';
import type {Account} from '../account.js';
import type {PlatformLog} from '../platform-log.js';
import type {App} from '../store/apps.js';
import {newId, timestamp} from '../store/identity.js';
import type {Store} from '../store/store.js';
import type {DeliveryAttempt, Webhook, WebhookDelivery, WebhookEvent} from '../store/webhooks.js';
import type {post} from './post.js';
import type {ApiEvent, WebhookEvents} from './webhook-events.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** ms that a receiver may take to answer */
const TIMEOUT_MS = 5 * SECOND;
/** ms before the n-th retry: doubled each time, up to an hour */
const RETRY_MS = {first: 10 * SECOND, most: HOUR};
/** ms after which a delivery is given up */
const GIVE_UP_MS = 72 * HOUR;
/** ms that events are kept */
const KEEP_MS = 7 * 24 * HOUR;
const VERSION = 'application/vnd.heroku+json; version=3';

export interface WebhooksOptions {
  store: Store;
  clock: Clock;
  account: Account;
  log: PlatformLog;
  post: typeof post;
}

/**
 * Tells webhooks what happened (platform-api.md 5.7). Events and deliveries are stored before anything is sent, so
 * those that are due survive the platform; `sync` hooks are tried again until they answer 2xx, for three days.
 */
export class Webhooks implements WebhookEvents {
  readonly #options: WebhooksOptions;
  readonly #sending = new Set<string>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: WebhooksOptions) {
    this.#options = options;
  }

  start(): void {
    const {store, clock} = this.#options;
    store.webhooks.forgetBefore(timestamp(clock.now() - KEEP_MS));
    this.#sendDue();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  publish(app: App, event: ApiEvent): void {
    const {store, account, clock} = this.#options;
    const hooks = store.webhooks.hooks.list('app_id = @id', {id: app.id});
    const subscribed = hooks.filter((hook) => hook.include.includes(event.include));
    if (subscribed.length === 0) return;
    const now = timestamp(clock.now());
    const times = {createdAt: now, updatedAt: now};
    store.transaction(() => {
      const {id: eventId} = store.webhooks.events.insert({
        id: newId(),
        appId: app.id,
        include: event.include,
        payload: {
          action: event.action,
          actor: {email: account.email, id: account.id},
          data: event.data,
          previous_data: event.previous ?? {},
          resource: event.include.replace(/^api:/, ''),
          version: VERSION,
        },
        ...times,
      });
      for (const hook of subscribed) {
        const state = {status: 'pending', numAttempts: 0, nextAttemptAt: now, lastAttempt: null} as const;
        store.webhooks.deliveries.insert({id: newId(), appId: app.id, webhookId: hook.id, eventId, ...state, ...times});
      }
    });
    // The caller may be in the middle of a transaction.
    setImmediate(() => this.#sendDue());
  }

  /** Sends what is due, each once at a time, and sleeps until the next is. */
  #sendDue(): void {
    if (this.#closed) return;
    const {store, clock} = this.#options;
    for (const delivery of store.webhooks.due(timestamp(clock.now()))) {
      if (this.#sending.has(delivery.id)) continue;
      this.#sending.add(delivery.id);
      void this.#send(delivery)
        .catch((error: unknown) => this.#options.log.error('webhook', error))
        .finally(() => {
          this.#sending.delete(delivery.id);
          this.#sleep();
        });
    }
    this.#sleep();
  }

  #sleep(): void {
    this.#timer?.cancel();
    if (this.#closed) return;
    const {store, clock} = this.#options;
    const next = store.webhooks.nextDue();
    if (next === undefined) return;
    // One that is being sent is due as well, until it has its answer.
    const wait = Math.max(Date.parse(next) - clock.now(), SECOND);
    this.#timer = clock.setTimeout(() => this.#sendDue(), wait);
  }

  async #send(delivery: WebhookDelivery): Promise<void> {
    const {store, clock} = this.#options;
    const hook = store.webhooks.hooks.find('id = @id', {id: delivery.webhookId});
    const event = store.webhooks.events.find('id = @id', {id: delivery.eventId});
    if (!hook || !event) return;
    const startedAt = timestamp(clock.now());
    const attempt = {id: newId(), created_at: startedAt};
    const body = JSON.stringify(this.#bodyOf(delivery, hook, event, attempt.id));
    const outcome = await this.#post(hook, body);
    if (this.#closed) return;
    const ok = outcome.code !== null && outcome.code >= 200 && outcome.code < 300;
    const updatedAt = timestamp(clock.now());
    const lastAttempt: DeliveryAttempt = {
      ...attempt,
      ...outcome,
      status: ok ? 'succeeded' : 'failed',
      updated_at: updatedAt,
    };
    const next = ok || hook.level === 'notify' ? null : this.#nextAttempt(delivery);
    store.webhooks.deliveries.update(delivery.id, {
      status: ok ? 'succeeded' : next === null ? 'failed' : 'retrying',
      numAttempts: delivery.numAttempts + 1,
      nextAttemptAt: next,
      lastAttempt,
      updatedAt,
    });
  }

  async #post(hook: Webhook, body: string): Promise<{code: number | null; error_class: string | null}> {
    const headers = {
      'content-type': 'application/json',
      'heroku-webhook-hmac-sha256': createHmac('sha256', hook.secret).update(body).digest('base64'),
      ...(hook.authorization ? {authorization: hook.authorization} : {}),
    };
    try {
      const {status} = await this.#options.post(hook.url, headers, body, TIMEOUT_MS);
      return {code: status, error_class: null};
    } catch (error) {
      return {code: null, error_class: (error as NodeJS.ErrnoException).code ?? (error as Error).name};
    }
  }

  #nextAttempt(delivery: WebhookDelivery): string | null {
    const now = this.#options.clock.now();
    if (now - Date.parse(delivery.createdAt) >= GIVE_UP_MS) return null;
    return timestamp(now + Math.min(RETRY_MS.first * 2 ** delivery.numAttempts, RETRY_MS.most));
  }

  #bodyOf(delivery: WebhookDelivery, hook: Webhook, event: WebhookEvent, attemptId: string) {
    return {
      id: delivery.id,
      ...event.payload,
      created_at: delivery.createdAt,
      published_at: event.createdAt,
      sequence: null,
      updated_at: delivery.updatedAt,
      webhook_metadata: {
        attempt: {id: attemptId},
        delivery: {id: delivery.id},
        event: {id: event.id, include: event.include},
        webhook: {id: hook.id},
      },
    };
  }
}
