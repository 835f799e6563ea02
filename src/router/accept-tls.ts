import {performServerHandshake} from 'node:http2';
import type {IncomingHttpHeaders, ServerHttp2Stream} from 'node:http2';
import type {Socket} from 'node:net';
import {TLSSocket} from 'node:tls';
import type {SecureContext} from 'node:tls';
import type {CertificateStore} from './certificate-store.js';
import type {ClientFacts} from './client-side.js';
import {Http1Client} from './http1-client.js';
import {Http2Client} from './http2-client.js';
import type {RouterCore} from './router-core.js';

/** Speaks TLS on a connection, then HTTP/2 or HTTP/1.1, whichever the client chose. */
export function acceptTls(
  core: RouterCore,
  certificates: CertificateStore,
  fallback: SecureContext,
  raw: Socket,
  facts: ClientFacts,
): void {
  const socket = new TLSSocket(raw, {
    isServer: true,
    secureContext: fallback,
    ALPNProtocols: ['h2', 'http/1.1'],
    SNICallback: (name, done) => {
      certificates.contextFor(name).then(
        (context) => done(null, context),
        (error: Error) => done(error),
      );
    },
  });
  const timer = core.clock.setTimeout(() => raw.destroy(), core.limits.clientKeepAliveMs);
  socket.on('error', () => raw.destroy());
  socket.once('close', () => timer.cancel());
  socket.once('secure', () => {
    timer.cancel();
    const secured = {...facts, tlsVersion: versionOf(socket), serverName: serverNameOf(socket)};
    if (socket.alpnProtocol === 'h2') acceptHttp2(core, socket, {...secured, protocol: 'http2.0'});
    else new Http1Client(core, socket, secured);
  });
}

function acceptHttp2(core: RouterCore, socket: TLSSocket, facts: ClientFacts): void {
  const {limits} = core;
  const session = performServerHandshake(socket, {
    maxHeaderListPairs: limits.headerCount + 8,
    settings: {
      maxConcurrentStreams: limits.http2Streams,
      maxHeaderListSize: limits.requestHeadBytes,
      enablePush: false,
    },
  });
  let open = 0;
  let idleSince = core.clock.now();
  const expire = () => {
    const left = open > 0 ? limits.clientKeepAliveMs : idleSince + limits.clientKeepAliveMs - core.clock.now();
    if (left > 0) timer = core.clock.setTimeout(expire, left);
    else session.close(() => socket.destroy());
  };
  let timer = core.clock.setTimeout(expire, limits.clientKeepAliveMs);
  session.on('error', () => socket.destroy());
  session.on('close', () => timer.cancel());
  session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
    open++;
    stream.once('close', () => {
      open--;
      idleSince = core.clock.now();
    });
    new Http2Client(core, facts, stream, headers, raw);
  });
}

function versionOf(socket: TLSSocket): string {
  return (socket.getProtocol() ?? '').toLowerCase().replace('tlsv', 'tls') || 'unknown';
}

function serverNameOf(socket: TLSSocket): string {
  const {servername} = socket as TLSSocket & {servername?: string | false};
  return servername ? servername.toLowerCase() : '';
}
