import type {ClientSide} from './client-side.js';
import {noSuchAppPage, plainPage} from './error-page.js';
import type {Page} from './error-page.js';
import {Exchange} from './exchange.js';
import type {RequestHead} from './request-head.js';
import type {RouterCore} from './router-core.js';
import {sendPage} from './send-page.js';

/**
 * Decides whose request it is. What belongs to no app (a malformed head, an unknown host, an untrusted address) is
 * answered here and appears in no log; anything else becomes an exchange, to be started by the caller.
 */
export function admitRequest(core: RouterCore, client: ClientSide, head: RequestHead): Exchange | null {
  if (!client.facts.trusted) return answer(core, client, head, 403, plainPage(403));
  const {fault} = head;
  if (fault && !fault.cause) return answer(core, client, head, fault.status, plainPage(fault.status));
  const app = core.apps.find(head.host);
  if (!app || (app.app.internalRouting && !client.facts.internal)) {
    return answer(core, client, head, 404, noSuchAppPage());
  }
  // In a private space the TLS server name has to be the host's (heroku-behaviour.md 3.12).
  const {serverName} = client.facts;
  if (core.kind === 'space' && serverName !== '' && serverName !== head.host) {
    return answer(core, client, head, 421, plainPage(421));
  }
  return new Exchange(core, client, head, app);
}

function answer(core: RouterCore, client: ClientSide, head: RequestHead, status: number, page: Page): null {
  sendPage(core, client, head, status, page, status === 404);
  return null;
}
