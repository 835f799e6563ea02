import type {Server} from 'node:http';
import type {Socket} from 'node:net';
import type {SecureContext} from 'node:tls';
import {createSecureContext, TLSSocket} from 'node:tls';
import type {Authority} from '../../certificates/authority.js';
import {looksLikeRendezvous, serveRendezvous} from '../attach/rendezvous.js';
import type {PlatformContext} from '../context.js';

/** Names under which the API is reached by TLS. A wildcard of localhost is refused by clients (platform-api.md 2). */
export const apiNames = [
  'localhost',
  'api.localhost',
  'git.localhost',
  'registry.localhost',
  '127.0.0.1',
  '::1',
] as const;

/**
 * Takes connections that start with a TLS handshake: git and https clients go on to the HTTP server, rendezvous clients
 * to their dyno. The certificate is made when the first one comes.
 */
export function tlsDoor(authority: Authority, http: Server, context: PlatformContext): (socket: Socket) => void {
  let secure: Promise<SecureContext> | undefined;
  const secureContext = () =>
    (secure ??= authority
      .certificateFor(apiNames)
      .then(({chain, privateKey}) => createSecureContext({cert: chain, key: privateKey}))
      .catch((error: unknown) => {
        secure = undefined;
        throw error;
      }));
  return (raw) => {
    raw.pause();
    secureContext().then(
      (certificate) =>
        serve(new TLSSocket(raw, {isServer: true, secureContext: certificate, ALPNProtocols: ['http/1.1']})),
      (error: unknown) => {
        context.log.error('TLS', error);
        raw.destroy();
      },
    );
  };

  function serve(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      if (looksLikeRendezvous(chunk)) void serveRendezvous(context, socket);
      else http.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  }
}
