import type {App} from '../store/apps.js';

/** A change that webhooks may have subscribed to. */
export interface ApiEvent {
  /** `api:release`, `api:app`, `dyno`, … (the `include` of a webhook) */
  include: string;
  action: 'create' | 'update' | 'destroy';
  /** the resource as the API shows it */
  data: Record<string, unknown>;
  previous?: Record<string, unknown>;
}

/** Takes every change of every app; what is subscribed is delivered, signed and retried. */
export interface WebhookEvents {
  publish(app: App, event: ApiEvent): void;
}
