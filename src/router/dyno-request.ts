import type {RequestHead} from './request-head.js';

/** What the router adds to a request; times in ms (heroku-behaviour.md 3.3). */
export interface AddedHeaders {
  connection: 'keep-alive' | 'close' | 'Upgrade';
  requestId: string;
  /** the whole chain, with this client */
  forwardedFor: string;
  forwardedProto: string;
  forwardedPort: number;
  via: string;
  connectTime: number;
  requestStart: number;
  totalRouteTime: number;
  /** `http-end-to-end-continue`: the dyno answers the expectation */
  expectContinue: boolean;
  hostPort: 'drop' | 'keep';
}

/** The request's head as it goes to the dyno. */
export function dynoRequestHead(head: RequestHead, added: AddedHeaders): string {
  return (
    head.method +
    ' ' +
    head.target +
    ' HTTP/1.1\r\nHost: ' +
    (added.hostPort === 'keep' ? head.hostHeader : head.host) +
    '\r\nConnection: ' +
    added.connection +
    '\r\n' +
    head.passed +
    'X-Request-Id: ' +
    added.requestId +
    '\r\nX-Forwarded-For: ' +
    added.forwardedFor +
    '\r\nX-Forwarded-Proto: ' +
    added.forwardedProto +
    '\r\nX-Forwarded-Port: ' +
    added.forwardedPort +
    '\r\nVia: ' +
    (head.via === '' ? added.via : head.via + ', ' + added.via) +
    '\r\nConnect-Time: ' +
    added.connectTime +
    '\r\nX-Request-Start: ' +
    added.requestStart +
    '\r\nTotal-Route-Time: ' +
    added.totalRouteTime +
    (added.expectContinue ? '\r\nExpect: 100-continue\r\n' : '\r\n') +
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
