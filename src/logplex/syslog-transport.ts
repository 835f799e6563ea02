import net from 'node:net';
import type {Socket} from 'node:net';
import tls from 'node:tls';
import type {SecureContext} from 'node:tls';
import type {Clock} from '../model/clock.js';
import type {DrainAddress} from '../model/drain.js';
import {lookupDrainHost} from './drain-lookup.js';

const CONNECT_MS = 4000;
const SEND_MS = 4000;

/** The one connection of a syslog drain. */
export interface SyslogTransport {
  /** Rejects when it cannot be opened within its time, or its certificate is refused. `onClose`: once, whoever closes. */
  connect(onClose: () => void): Promise<void>;
  /** Resolves once all packets are handed to the socket; rejects when it breaks, or takes too long. */
  send(packets: string[]): Promise<void>;
  readonly isOpen: boolean;
  /** What is still being sent is given up. */
  disconnect(): void;
}

export class NodeSyslogTransport implements SyslogTransport {
  readonly #address: DrainAddress;
  readonly #clock: Clock;
  readonly #secureContext: () => SecureContext;
  #socket: Socket | null = null;
  #connecting: Socket | null = null;

  constructor(address: DrainAddress, clock: Clock, secureContext: () => SecureContext) {
    this.#address = address;
    this.#clock = clock;
    this.#secureContext = secureContext;
  }

  get isOpen(): boolean {
    return this.#socket !== null;
  }

  connect(onClose: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = (this.#connecting = this.#open());
      const timer = this.#clock.setTimeout(() => socket.destroy(new Error('connect timeout')), CONNECT_MS);
      socket.once(this.#address.kind === 'syslog+tls' ? 'secureConnect' : 'connect', () => {
        timer.cancel();
        this.#connecting = null;
        this.#socket = socket;
        socket.setKeepAlive(true);
        // A receiver has nothing to say; reading it shows when it goes.
        socket.resume();
        resolve();
      });
      socket.on('error', reject);
      socket.once('end', () => socket.destroy());
      socket.once('close', () => {
        timer.cancel();
        reject(new Error('connection closed'));
        if (this.#socket !== socket) return;
        this.#socket = null;
        onClose();
      });
    });
  }

  send(packets: string[]): Promise<void> {
    const socket = this.#socket;
    if (!socket) return Promise.reject(new Error('not connected'));
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => socket.destroy(new Error('send timeout')), SEND_MS);
      const done = (error?: Error | null) => {
        timer.cancel();
        // node calls a write back without an error when the socket was destroyed under it.
        if (error || socket.destroyed) reject(error ?? new Error('connection closed'));
        else resolve();
      };
      // Without a last callback a destroyed socket would leave us waiting.
      const closed = () => done(new Error('connection closed'));
      socket.once('close', closed);
      packets.forEach((packet, index) => {
        if (index < packets.length - 1) return void socket.write(packet);
        socket.write(packet, (error) => {
          socket.removeListener('close', closed);
          done(error);
        });
      });
    });
  }

  disconnect(): void {
    this.#connecting?.destroy();
    const socket = this.#socket;
    this.#socket = null;
    // A socket that is full would otherwise stay until its receiver reads on.
    if (socket && socket.writableLength > 0) socket.destroy();
    else socket?.destroySoon();
  }

  #open(): Socket {
    const {kind, host, port, insecure} = this.#address;
    if (kind === 'syslog') return net.connect({host, port, lookup: lookupDrainHost});
    const servername = net.isIP(host) ? {} : {servername: host};
    return tls.connect({
      host,
      port,
      lookup: lookupDrainHost,
      ...servername,
      secureContext: this.#secureContext(),
      rejectUnauthorized: !insecure,
    });
  }
}
