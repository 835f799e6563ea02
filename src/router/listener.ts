import {createServer} from 'node:net';
import type {AddressInfo, Server, Socket} from 'node:net';
import {DynoError} from '../model/error.js';
import {AddressRanges, plainAddress} from './address-ranges.js';
import type {ClientFacts} from './client-side.js';
import {Http1Client} from './http1-client.js';
import type {RouterOptions} from './router.js';
import type {RouterCore} from './router-core.js';

interface Connected {
  peer: string;
  destroy(): void;
}

/** The router's ports: who connects, from where, and what they may. */
export class Listener {
  readonly #core: RouterCore;
  readonly #connected = new Set<Connected>();
  #servers: Server[] = [];
  #trusted: AddressRanges | null = null;
  #internal = new AddressRanges([]);
  #proxies = new AddressRanges([]);

  constructor(core: RouterCore, _certificateFor: RouterOptions['certificateFor']) {
    this.#core = core;
  }

  async listen(where: {host: string; httpPort: number; httpsPort?: number}) {
    const http = await this.#open(where.host, where.httpPort, 'http');
    if (where.httpsPort === undefined) return {httpPort: http};
    const https = await this.#open(where.host, where.httpsPort, 'https');
    return {httpPort: http, httpsPort: https};
  }

  setTrustedRanges(cidrs: string[] | null): void {
    this.#trusted = cidrs === null ? null : new AddressRanges(cidrs);
    for (const connected of this.#connected) if (!this.#trusts(connected.peer)) connected.destroy();
  }

  setInternalRanges(cidrs: string[]): void {
    this.#internal = new AddressRanges(cidrs);
  }

  setProxyPeers(cidrs: string[]): void {
    this.#proxies = new AddressRanges(cidrs);
    void this.#proxies;
  }

  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const connected of this.#connected) connected.destroy();
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
      server.listen({host, port}, () => {
        this.#servers.push(server);
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  #accept(socket: Socket, role: ClientFacts['role']): void {
    const peer = plainAddress(socket.remoteAddress ?? '');
    const client = new Http1Client(this.#core, socket, {
      peer,
      role,
      port: socket.localPort ?? 0,
      protocol: 'http1.1',
      tlsVersion: '',
      serverName: '',
      trusted: this.#trusts(peer),
      internal: this.#internal.includes(peer),
    });
    const connected = {peer, destroy: () => client.destroy()};
    this.#connected.add(connected);
    socket.once('close', () => this.#connected.delete(connected));
  }

  #trusts(peer: string): boolean {
    return this.#trusted === null || this.#trusted.includes(peer);
  }
}
