import {newId, timestamp} from './store/identity.js';
import type {SettingRows} from './store/settings.js';

/** The one user of an installation. */
export interface Account {
  id: string;
  email: string;
  createdAt: string;
}

/** The account, made at the first start. Its email is a word of this machine, not an address of anybody's. */
export function ensureAccount(settings: SettingRows, now: number): Account {
  return {
    id: settings.ensure('account_id', newId),
    email: settings.ensure('account_email', () => 'dyno@localhost.localdomain'),
    createdAt: settings.ensure('account_created_at', () => timestamp(now)),
  };
}
