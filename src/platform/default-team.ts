import type {Account} from './account.js';
import {newId, timestamp} from './store/identity.js';
import type {Store} from './store/store.js';

/** The team `local`, made at the first start: private spaces belong to a team. */
export function ensureDefaultTeam(store: Store, account: Account, now: number): void {
  if (store.teams.default()) return;
  const times = {createdAt: timestamp(now), updatedAt: timestamp(now)};
  store.transaction(() => {
    const team = store.teams.insert({id: newId(), name: 'local', isDefault: true, ...times});
    const {id: userId, email} = account;
    store.teams.insertMember({id: newId(), teamId: team.id, email, userId, role: 'admin', ...times});
  });
}
