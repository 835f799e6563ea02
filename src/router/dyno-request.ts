import type {ClientFacts} from './client-side.js';
import type {RequestHead} from './request-head.js';
import type {RequestRecord} from './request-record.js';
import {routerNames} from './router-settings.js';
import type {RouterSettings} from './router-settings.js';

/**
 * The request's head as it goes to the dyno (heroku-behaviour.md 3.3): what the client sent, then what the router adds.
 * `passExpect`: the dyno answers the client's expectation itself.
 */
export function dynoRequestHead(
  head: RequestHead,
  record: RequestRecord,
  facts: ClientFacts,
  settings: RouterSettings,
  passExpect: boolean,
): string {
  const {style, hostPort} = settings;
  const keeps = hostPort === 'keep';
  const {via} = routerNames[style];
  // No request waits in a queue of ours, so the way to the connection is all the time there is.
  const waited = record.connectedAt - record.acceptedAt;
  return (
    head.method +
    ' ' +
    head.target +
    ' HTTP/1.1\r\nHost: ' +
    (keeps ? head.hostHeader : head.host) +
    '\r\nConnection: ' +
    (head.upgrade ? 'Upgrade' : style === 'legacy' ? 'close' : 'keep-alive') +
    '\r\n' +
    head.passed +
    'X-Request-Id: ' +
    record.requestId +
    '\r\nX-Forwarded-For: ' +
    record.forwardedFor +
    '\r\nX-Forwarded-Proto: ' +
    facts.role +
    '\r\nX-Forwarded-Port: ' +
    (keeps ? facts.port : facts.role === 'https' ? 443 : 80) +
    '\r\nVia: ' +
    (head.via === '' ? via : head.via + ', ' + via) +
    '\r\nConnect-Time: ' +
    waited +
    '\r\nX-Request-Start: ' +
    record.acceptedAt +
    '\r\nTotal-Route-Time: ' +
    waited +
    (passExpect ? '\r\nExpect: 100-continue\r\n' : '\r\n') +
    lengthLine(head) +
    '\r\n'
  );
}

/** Content-Length is rebuilt; a method other than GET and HEAD without a body says so. */
function lengthLine(head: RequestHead): string {
  if (head.body === 'length') return 'Content-Length: ' + head.contentLength + '\r\n';
  if (head.body !== 'none' || head.method === 'GET' || head.method === 'HEAD') return '';
  return 'Content-Length: 0\r\n';
}
