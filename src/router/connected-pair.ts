import {once} from 'node:events';
import {connect, createServer} from 'node:net';
import type {AddressInfo, Socket} from 'node:net';

/** Both ends of one loopback connection, client's first: made here, so that nobody else can be at either of them. */
export async function connectedPair(): Promise<[Socket, Socket]> {
  const server = createServer({noDelay: true});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const client = connect({port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true});
    const accepted = new Promise<Socket>((resolve) => {
      server.on('connection', (socket) => {
        // Whoever else found the port while it was open.
        if (socket.remotePort === client.localPort) resolve(socket);
        else socket.destroy();
      });
    });
    await once(client, 'connect');
    return [client, await accepted];
  } finally {
    server.close();
  }
}
