import type {Server as HttpServer} from 'node:http';
import type {Server as TcpServer, Socket} from 'node:net';
import {createServer} from 'node:net';
import {DynoError} from '../../model/error.js';
import {portHolder} from '../port-holder.js';

/** First byte of a TLS handshake. */
const TLS_HANDSHAKE = 0x16;
/** ms until a connection that says nothing is closed */
const SILENCE_MS = 60_000;

export interface ListenerOptions {
  port: number;
  http: HttpServer;
  /** takes connections that start a TLS handshake; absent: they are closed */
  onTls?: (socket: Socket) => void;
}

export interface Listener {
  /** No new connections. */
  stop(): void;
  /** Ends what is left. */
  close(): Promise<void>;
}

/**
 * Listens on loopback, IPv4 and, where there is one, IPv6. Plain HTTP and TLS share the port: the first byte tells
 * (platform-api.md 5.6).
 *
 * @throws DynoError port_in_use, naming the holder
 */
export async function listen({port, http, onTls}: ListenerOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const onConnection = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    sniff(socket, http, onTls);
  };
  // HTTP ends each direction on its own.
  const options = {noDelay: true, allowHalfOpen: true};
  const servers = [createServer(options, onConnection), createServer(options, onConnection)];
  await bind(servers[0]!, port, '127.0.0.1');
  // Names resolve to ::1 first on some systems; without IPv6 there is nothing to do.
  const bound = await bind(servers[1]!, port, '::1').then(
    () => servers,
    () => servers.slice(0, 1),
  );
  return {
    stop: () => bound.forEach((server) => server.close()),
    async close() {
      const closed = bound.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

function sniff(socket: Socket, http: HttpServer, onTls?: (socket: Socket) => void): void {
  socket.setTimeout(SILENCE_MS, () => socket.destroy());
  socket.once('end', () => socket.destroy());
  socket.once('data', (chunk: Buffer) => {
    socket.setTimeout(0);
    socket.removeAllListeners('timeout').removeAllListeners('end');
    socket.pause();
    socket.unshift(chunk);
    if (chunk[0] === TLS_HANDSHAKE) return onTls ? onTls(socket) : void socket.destroy();
    http.emit('connection', socket);
    process.nextTick(() => socket.resume());
  });
}

function bind(server: TcpServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new DynoError('port_in_use', {port, holder: portHolder(port)}, error)
          : error,
      );
    });
    server.listen(port, host, () => resolve());
  });
}
