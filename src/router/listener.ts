import {createServer} from 'node:net';
import type {AddressInfo, Server, Socket} from 'node:net';
import {DynoError} from '../model/error.js';
import {AddressRanges, plainAddress} from './address-ranges.js';
import {CertificateStore, DEFAULT_NAME} from './certificate-store.js';
import type {ClientFacts} from './client-side.js';
import {connectedPair} from './connected-pair.js';
import {Http1Client} from './http1-client.js';
import {readProxyHeader} from './proxy-header.js';
import type {RouterOptions} from './router.js';
import type {RouterCore} from './router-core.js';
import {TlsAcceptor} from './tls-acceptor.js';

interface Connected {
  socket: Socket;
  /** who is at the other end: the client, or a proxy that speaks for it; null for connections of our own */
  remote: string | null;
  /** whether it had to begin with a PROXY protocol header */
  proxied: boolean;
  /** the client's address, once it is known */
  peer: string | null;
}

/** The router's ports: who connects, from where, and what they may. */
export class Listener {
  readonly #core: RouterCore;
  readonly #certificateFor: RouterOptions['certificateFor'];
  readonly #connected = new Set<Connected>();
  #servers: Server[] = [];
  #tls: TlsAcceptor | null = null;
  #ports: {http: number; https: number} = {http: 0, https: 0};
  #trusted: AddressRanges | null = null;
  #denied = new AddressRanges([]);
  #internal = new AddressRanges([]);
  #proxies = new AddressRanges([]);

  constructor(core: RouterCore, certificateFor: RouterOptions['certificateFor']) {
    this.#core = core;
    this.#certificateFor = certificateFor;
  }

  async listen(where: {host: string; httpPort: number; httpsPort?: number}) {
    const http = await this.#open(where.host, where.httpPort, 'http');
    this.#ports.http = http;
    if (where.httpsPort === undefined) return {httpPort: http};
    if (!this.#certificateFor)
      throw new DynoError('bad_request', {message: 'HTTPS needs an authority for certificates.'});
    const certificates = new CertificateStore(this.#core.apps, this.#certificateFor);
    this.#tls = new TlsAcceptor(this.#core, certificates, await this.#certificateFor(DEFAULT_NAME));
    const https = await this.#open(where.host, where.httpsPort, 'https');
    this.#ports.https = https;
    return {httpPort: http, httpsPort: https};
  }

  /**
   * A connection that is served as if a client at `peer` had made it: the other end of it. For the runtime itself, which
   * alone can ask for one.
   *
   * @throws DynoError bad_request: no https here
   */
  async connectAs(peer: string, role: ClientFacts['role']): Promise<Socket> {
    if (role === 'https' && !this.#tls) throw new DynoError('bad_request', {message: 'This router serves no https.'});
    const [client, socket] = await connectedPair();
    const connected = this.#admit(socket, null, false);
    this.#serve(connected, plainAddress(peer), role);
    return client;
  }

  setTrustedRanges(cidrs: string[] | null, denied: string[]): void {
    this.#trusted = cidrs === null ? null : new AddressRanges(cidrs);
    this.#denied = new AddressRanges(denied);
    for (const {socket, peer} of this.#connected) if (peer !== null && !this.#trusts(peer)) socket.destroy();
  }

  setInternalRanges(cidrs: string[]): void {
    this.#internal = new AddressRanges(cidrs);
  }

  /** Whoever came in under other rules has to come again. */
  setProxyPeers(cidrs: string[]): void {
    this.#proxies = new AddressRanges(cidrs);
    for (const {socket, remote, proxied} of this.#connected) {
      if (remote !== null && this.#proxies.includes(remote) !== proxied) socket.destroy();
    }
  }

  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const {socket} of this.#connected) socket.destroy();
    await Promise.all(closed);
    this.#servers = [];
  }

  #open(host: string, port: number, role: ClientFacts['role']): Promise<number> {
    return new Promise((resolve, reject) => {
      const server = createServer({noDelay: true}, (socket) => this.#accept(socket, role));
      server.once('error', (error: NodeJS.ErrnoException) => {
        const taken = error.code === 'EADDRINUSE';
        reject(taken ? new DynoError('port_in_use', {port, holder: 'another program'}, error) : error);
      });
      server.listen({host, port, backlog: 1024}, () => {
        // One connection that could not be accepted (EMFILE) is told, and others come after it.
        server.on('error', (error) => this.#core.report(error));
        this.#servers.push(server);
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  #accept(socket: Socket, role: ClientFacts['role']): void {
    const peer = plainAddress(socket.remoteAddress ?? '');
    const proxied = this.#proxies.includes(peer);
    const connected = this.#admit(socket, peer, proxied);
    if (proxied) this.#awaitProxyHeader(connected, peer, role);
    else this.#serve(connected, peer, role);
  }

  #admit(socket: Socket, remote: string | null, proxied: boolean): Connected {
    const connected: Connected = {socket, remote, proxied, peer: null};
    this.#connected.add(connected);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#connected.delete(connected));
    return connected;
  }

  /** A named proxy has to say for whom it speaks before anything else, and soon. */
  #awaitProxyHeader(connected: Connected, proxy: string, role: ClientFacts['role']): void {
    const {socket} = connected;
    let bytes: Buffer = Buffer.alloc(0);
    const timer = this.#core.clock.setTimeout(() => socket.destroy(), this.#core.limits.connectTimeoutMs);
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const header = readProxyHeader(bytes);
      if (header === 'more') return;
      timer.cancel();
      socket.off('data', onData);
      if (header === 'invalid') {
        socket.destroy();
        return;
      }
      socket.pause();
      if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length));
      this.#serve(connected, plainAddress(header.source ?? proxy), role);
      if (role === 'http') socket.resume();
    };
    socket.on('data', onData);
    socket.once('close', () => timer.cancel());
  }

  #serve(connected: Connected, peer: string, role: ClientFacts['role']): void {
    const {socket} = connected;
    connected.peer = peer;
    const facts: ClientFacts = {
      peer,
      role,
      port: connected.remote === null ? this.#ports[role] : (socket.localPort ?? 0),
      protocol: 'http1.1',
      tlsVersion: '',
      serverName: '',
      trusted: this.#trusts(peer),
      internal: this.#internal.includes(peer),
    };
    if (role === 'http') new Http1Client(this.#core, socket, facts);
    else this.#tls!.accept(socket, facts);
  }

  /** Trusted ranges are for the outside: the space itself needs no leave. */
  #trusts(peer: string): boolean {
    if (this.#trusted === null || this.#internal.includes(peer)) return true;
    return this.#trusted.includes(peer) && !this.#denied.includes(peer);
  }
}
