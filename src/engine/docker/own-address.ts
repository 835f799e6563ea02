import {createServer} from 'node:net';

/**
 * Whether an IP address is this machine's own: whether it can be listened on. `os.networkInterfaces()` does not tell, as
 * it leaves out interfaces without carrier, and Docker's bridge has none while no container is on it.
 */
export function isOwnAddress(address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRNOTAVAIL' ? resolve(false) : reject(error),
    );
    server.listen({host: address, port: 0, exclusive: true}, () => server.close(() => resolve(true)));
  });
}
