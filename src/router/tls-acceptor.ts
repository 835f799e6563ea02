import {performServerHandshake} from 'node:http2';
import type {IncomingHttpHeaders, ServerHttp2Stream} from 'node:http2';
import type {Socket} from 'node:net';
import {createServer} from 'node:tls';
import type {Server as TlsServer, TLSSocket} from 'node:tls';
import type {CertificateStore} from './certificate-store.js';
import type {ClientFacts} from './client-side.js';
import {Http1Client} from './http1-client.js';
import {Http2Client} from './http2-client.js';
import type {RouterCore} from './router-core.js';

/** Speaks TLS on accepted connections, then HTTP/2 or HTTP/1.1, whichever the client chose. */
export class TlsAcceptor {
  readonly #core: RouterCore;
  readonly #server: TlsServer;
  /** by the client's address and port: what was known of a connection before TLS */
  readonly #facts = new Map<string, ClientFacts>();

  /** `fallback` is shown to clients that name no server. */
  constructor(core: RouterCore, certificates: CertificateStore, fallback: {cert: string; key: string}) {
    this.#core = core;
    this.#server = createServer({
      ...fallback,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: core.limits.clientKeepAliveMs,
      SNICallback: (name, done) => {
        certificates.contextFor(name).then(
          (context) => done(null, context),
          (error: Error) => done(error),
        );
      },
    });
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#server.on('secureConnection', (socket) => this.#secured(socket));
  }

  accept(raw: Socket, facts: ClientFacts): void {
    const key = keyOf(raw);
    this.#facts.set(key, facts);
    raw.once('close', () => {
      if (this.#facts.get(key) === facts) this.#facts.delete(key);
    });
    this.#server.emit('connection', raw);
  }

  #secured(socket: TLSSocket): void {
    socket.on('error', () => undefined);
    const facts = this.#facts.get(keyOf(socket));
    if (!facts) {
      socket.destroy();
      return;
    }
    const secured = {...facts, tlsVersion: versionOf(socket), serverName: serverNameOf(socket)};
    if (socket.alpnProtocol === 'h2') acceptHttp2(this.#core, socket, {...secured, protocol: 'http2.0'});
    else new Http1Client(this.#core, socket, secured);
  }
}

function keyOf({remoteAddress, remotePort, localPort}: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
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
    timer = core.clock.setTimeout(left > 0 ? expire : () => socket.destroy(), left > 0 ? left : limits.lingerMs);
    if (left <= 0) session.close();
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
