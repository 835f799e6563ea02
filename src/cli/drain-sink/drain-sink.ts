import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import {DynoError} from '../../model/error.js';
import {answerRequests} from './http-sink.js';
import type {SinkOptions} from './sink-options.js';
import {readFrames} from './syslog-sink.js';

export interface DrainSink {
  /** for `drains:add` */
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * A receiver for one kind of drain, on this machine.
 *
 * @throws DynoError port_in_use
 */
export async function openDrainSink(options: SinkOptions): Promise<DrainSink> {
  const {kind, host = '127.0.0.1'} = options;
  const server = makeServer(options);
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server, options.port, host);
  const {port} = server.address() as net.AddressInfo;
  return {
    url: `${kind}://${host === '127.0.0.1' ? 'localhost' : host}:${port}`,
    port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function makeServer(options: SinkOptions): net.Server {
  const secure = {cert: options.certificate?.certificateChain, key: options.certificate?.privateKey};
  switch (options.kind) {
    case 'http':
      return http.createServer(answerRequests(options));
    case 'https':
      return https.createServer(secure, answerRequests(options));
    case 'syslog':
      return net.createServer(readFrames(options));
    case 'syslog+tls':
      return tls.createServer(secure, readFrames(options));
  }
}

function listen(server: net.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new DynoError('port_in_use', {port, holder: 'another program'}, error) : error,
      ),
    );
    server.listen(port, host, resolve);
  });
}
