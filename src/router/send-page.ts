import type {ClientSide} from './client-side.js';
import type {Page} from './error-page.js';
import type {RequestHead} from './request-head.js';
import type {RouterCore} from './router-core.js';
import {routerNames} from './router-settings.js';

/** Answers a request with a page of the router's own. */
export function sendPage(
  core: RouterCore,
  client: ClientSide,
  request: RequestHead,
  status: number,
  page: Page,
  mayReuse: boolean,
): void {
  const date = new Date(core.clock.now()).toUTCString();
  const {length} = page.body;
  const body = request.method === 'HEAD' ? 'none' : 'length';
  const lines = `${page.lines}Date: ${date}\r\nServer: ${routerNames[core.settings.style].server}\r\n`;
  client.sendHead({status, reason: '', lines, body, contentLength: length, transferEncoding: ''}, mayReuse);
  if (body === 'length') client.send(page.body, 0, length);
  client.finish([]);
}
