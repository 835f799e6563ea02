import type {IncomingMessage, Server} from 'node:http';
import type {Duplex} from 'node:stream';
import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {TokenCheck} from '../http/credentials.js';
import {tokenOf} from '../http/credentials.js';
import {errorBodyOf, toDynoError} from '../http/error-body.js';
import {isServedHost} from '../http/host-check.js';
import {join} from './session-io.js';
import {serveWithoutUpgrade} from './without-upgrade.js';

const LOCAL = /^\/local\/apps\/([^/?]+)\/dynos\/([^/?]+)\/(attach|exec)(?:\?.*)?$/;
const SPACE = /^\/attach\/([0-9a-f-]{36})(?:\?.*)?$/;

/** What is served here; other offers are ignored. */
const PROTOCOLS = ['dyno-session', 'tcp'];

/** What takes over a connection of a client of a private space's dyno: an ssh server (platform-api.md 5.3). */
export type ServeTunnel = (secret: string, socket: Duplex, request: IncomingMessage) => Promise<void>;

/**
 * Connections that leave HTTP:
 *
 *   POST /local/apps/:app/dynos/:dyno/attach   Upgrade: dyno-session   the terminal of a one-off that waits
 *   POST /local/apps/:app/dynos/:dyno/exec     Upgrade: dyno-session   a further command, base64 JSON in `dyno-exec`
 *   GET  /attach/:secret                       Upgrade: tcp            ssh, private spaces
 */
export function acceptUpgrades(
  server: Server,
  context: PlatformContext,
  isToken: TokenCheck,
  tunnel?: ServeTunnel,
): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!PROTOCOLS.includes((request.headers.upgrade ?? '').toLowerCase())) {
      return serveWithoutUpgrade(server, request, socket, head);
    }
    socket.on('error', () => socket.destroy());
    if (head.length > 0) socket.unshift(head);
    serve(context, isToken, tunnel, request, socket).catch((thrown: unknown) => refuse(socket, toDynoError(thrown)));
  });
}

async function serve(
  context: PlatformContext,
  isToken: TokenCheck,
  tunnel: ServeTunnel | undefined,
  request: IncomingMessage,
  socket: Duplex,
): Promise<void> {
  const {url = '', method, headers} = request;
  if (!isServedHost(headers.host, context.port)) throw new DynoError('host_refused', {host: headers.host ?? ''});
  const secret = SPACE.exec(url)?.[1];
  if (secret && tunnel) return tunnel(secret, socket, request);
  const token = tokenOf(headers.authorization);
  if (token === null || !isToken(token)) throw new DynoError('unauthorized');
  const [, appName, dyno, verb] = LOCAL.exec(url) ?? [];
  if (!appName || !dyno || method !== 'POST') throw new DynoError('endpoint_unknown');
  const app = context.store.apps.get(decodeURIComponent(appName));
  const client = await context.runtimes.clientFor(app);
  const name = decodeURIComponent(dyno);
  const session =
    verb === 'exec' ? await client.exec(app.id, name, execOrder(headers)) : await client.attach(app.id, name);
  const {sessionId = ''} = session as Duplex & {sessionId?: string};
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: dyno-session\r\ndyno-session: ${sessionId}\r\n\r\n`,
  );
  await join(socket, session);
}

interface ExecOrder {
  command: string;
  env: Record<string, string>;
  tty: {columns: number; rows: number; term: string} | null;
}

/** @throws DynoError bad_request */
function execOrder(headers: IncomingMessage['headers']): ExecOrder {
  try {
    const order = JSON.parse(Buffer.from(String(headers['dyno-exec']), 'base64').toString()) as Partial<ExecOrder>;
    if (typeof order.command === 'string')
      return {command: order.command, env: order.env ?? {}, tty: order.tty ?? null};
  } catch {
    // Told below.
  }
  throw new DynoError('bad_request', {message: 'Header dyno-exec must be base64 of {command, env, tty}.'});
}

function refuse(socket: Duplex, error: DynoError): void {
  const body = JSON.stringify(errorBodyOf(error));
  socket.end(
    `HTTP/1.1 ${error.status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
