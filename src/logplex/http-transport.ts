import http from 'node:http';
import https from 'node:https';
import type {Socket} from 'node:net';
import type {SecureContext} from 'node:tls';
import type {Clock} from '../model/clock.js';
import type {DrainAddress} from '../model/drain.js';
import {lookupDrainHost} from './drain-lookup.js';
import type {DrainRequest} from './http-request.js';

const CONNECT_MS = 3000;
const REQUEST_MS = 5000;

/** What became of one request. */
export type SendOutcome = {status: number} | {error: Error};

/** The one connection of an http or https drain: one request at a time, kept open between them. */
export interface HttpTransport {
  /** Opens the connection when there is none; `onConnect` tells that it did. Never rejects. */
  send(request: DrainRequest, onConnect: () => void): Promise<SendOutcome>;
  readonly isOpen: boolean;
  disconnect(): void;
}

export class NodeHttpTransport implements HttpTransport {
  readonly #address: DrainAddress;
  readonly #clock: Clock;
  readonly #agent: http.Agent;
  #socket: Socket | null = null;

  constructor(address: DrainAddress, clock: Clock, secureContext: () => SecureContext) {
    this.#address = address;
    this.#clock = clock;
    const keep = {keepAlive: true, maxSockets: 1, scheduling: 'lifo'} as const;
    this.#agent =
      address.kind === 'https'
        ? new https.Agent({
            ...keep,
            secureContext: secureContext(),
            rejectUnauthorized: !address.insecure,
            maxCachedSessions: 0,
          })
        : new http.Agent(keep);
  }

  get isOpen(): boolean {
    return this.#socket !== null && !this.#socket.destroyed;
  }

  send({path, headers, body}: DrainRequest, onConnect: () => void): Promise<SendOutcome> {
    return new Promise((resolve) => {
      const {host, port, kind} = this.#address;
      const request = (kind === 'https' ? https : http).request({
        agent: this.#agent,
        method: 'POST',
        host,
        port,
        path,
        lookup: lookupDrainHost,
        setHost: false,
        headers: Object.fromEntries(headers),
      });
      // Heroku's has no such line; HTTP/1.1 keeps the connection without it.
      request.removeHeader('Connection');
      let timer = this.#clock.setTimeout(() => request.destroy(new Error('connect timeout')), CONNECT_MS);
      const settle = (outcome: SendOutcome) => {
        timer.cancel();
        resolve(outcome);
      };
      const connected = () => {
        timer.cancel();
        timer = this.#clock.setTimeout(() => request.destroy(new Error('request timeout')), REQUEST_MS);
      };
      request.on('socket', (socket) => {
        if (socket === this.#socket) return connected();
        this.#socket = socket;
        socket.once('close', () => {
          if (this.#socket === socket) this.#socket = null;
        });
        socket.once(kind === 'https' ? 'secureConnect' : 'connect', () => {
          connected();
          onConnect();
        });
      });
      request.on('response', (response) => {
        response.resume();
        // Also without its whole body the answer has been given.
        response.on('close', () => settle({status: response.statusCode!}));
        response.on('error', () => undefined);
      });
      request.on('upgrade', (response, socket) => {
        socket.destroy();
        settle({status: response.statusCode!});
      });
      request.on('error', (error) => settle({error}));
      request.end(body);
    });
  }

  disconnect(): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.#agent.destroy();
  }
}
