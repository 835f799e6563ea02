import type {IncomingMessage, Server} from 'node:http';
import type {Duplex} from 'node:stream';

/** Headers that belong to the upgrade, not to the request (RFC 7540 3.2.1). */
const OF_UPGRADE = ['upgrade', 'http2-settings'];

/**
 * Serves a request as if it had not offered an upgrade, which a server may ignore (RFC 9110 7.8): curl and Java offer
 * `h2c` with plain requests. node has left HTTP on that connection by now, so it reads the request once more, from its
 * first byte and without the offer.
 */
export function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, body: Buffer): void {
  const {method, url, httpVersion, rawHeaders} = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const value = name.toLowerCase() === 'connection' ? withoutOffer(rawHeaders[index + 1]!) : rawHeaders[index + 1]!;
    if (!OF_UPGRADE.includes(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  if (body.length > 0) socket.unshift(body);
  socket.unshift(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  server.emit('connection', socket);
}

const withoutOffer = (connection: string): string =>
  connection
    .split(',')
    .map((token) => token.trim())
    .filter((token) => !OF_UPGRADE.includes(token.toLowerCase()))
    .join(', ');
