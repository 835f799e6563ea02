import {connect, createServer, type Server, type Socket} from 'node:net';
import {rmSync} from 'node:fs';
import {once} from 'node:events';

/** Stands between an engine object and Docker, so that Docker can go away for one of them only. */
export class SocketProxy {
  readonly path: string;
  readonly #target: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  constructor(path: string, target: string) {
    this.path = path;
    this.#target = target;
  }

  async open(): Promise<void> {
    rmSync(this.path, {force: true});
    // Half-open: the end of a request's input is not the end of its answer.
    this.#server = createServer({allowHalfOpen: true}, (client) => {
      const upstream = connect({path: this.#target, allowHalfOpen: true});
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.#sockets.delete(socket));
      }
      client.pipe(upstream).pipe(client);
      upstream.on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
    });
    this.#server.listen(this.path);
    await once(this.#server, 'listening');
  }

  /** Docker is gone: its socket and every connection to it. */
  async cut(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    this.#server = null;
    if (server) await new Promise((resolve) => server.close(resolve));
    rmSync(this.path, {force: true});
  }
}
