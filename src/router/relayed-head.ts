import type {OutgoingHead} from './client-side.js';
import type {ResponseHead} from './response-head.js';
import {routerNames} from './router-settings.js';
import type {RouterSettings} from './router-settings.js';

type Style = RouterSettings['style'];

/** A dyno's response as the client gets it (heroku-behaviour.md 3.4). `moreLines`: header lines with CRLF. */
export function relayedHead(head: ResponseHead, style: Style, moreLines: string): OutgoingHead {
  const server = head.hasServer ? '' : 'Server: ' + routerNames[style].server + '\r\n';
  return {
    status: head.status,
    reason: head.reason,
    lines: head.passed + server + viaLine(head, style) + moreLines,
    body: head.body,
    contentLength: head.contentLength,
    transferEncoding: head.transferEncoding,
  };
}

/** The dyno's agreement to an upgrade: always with the usual reason (3.8). */
export function switchedHead(head: ResponseHead, style: Style): OutgoingHead {
  return {
    status: 101,
    reason: 'Switching Protocols',
    lines: head.passed + viaLine(head, style),
    body: 'none',
    contentLength: null,
    transferEncoding: '',
    upgrade: true,
  };
}

function viaLine(head: ResponseHead, style: Style): string {
  const {via} = routerNames[style];
  return 'Via: ' + (head.via === '' ? via : head.via + ', ' + via) + '\r\n';
}
