import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import type {IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';
import {join as joinPath} from 'node:path';
import type {Duplex} from 'node:stream';
import type {Connection, ServerChannel} from 'ssh2';
import {DynoError} from '../../model/error.js';
import {parseAddress, parseSubnet} from '../../model/subnets.js';
import type {PlatformContext} from '../context.js';
import type {AttachTarget} from './attach-tickets.js';
import {openTarget} from './session-io.js';
import type {ServeTunnel} from './upgrades.js';

/** End of transmission: what a terminal takes for the end of its input. */
const EOT = 0x04;

/** ms that a client has to end the connection by itself */
const GRACE_MS = 5000;

interface Size {
  columns: number;
  rows: number;
}

/**
 * Terminals in private spaces (platform-api.md 5.3): the official CLI opens a tunnel by HTTP upgrade and lets the user's
 * own `ssh` talk through it. The secret in the URL is all the authentication there is; the tunnel is TLS.
 */
export function sshTunnel(context: PlatformContext): ServeTunnel {
  return async (secret, socket, request) => {
    const target = context.attach.take(secret);
    if (!target) throw new DynoError('not_found', {resource: 'session'});
    if (!isTrusted(context, target, request)) {
      throw new DynoError('forbidden', {message: "You can't access this space from your IP address."});
    }
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    const ssh2 = await import('ssh2');
    const server = new ssh2.default.Server({hostKeys: [hostKey(context, ssh2.default.utils)]}, (connection) =>
      serveConnection(context, target, connection),
    );
    server.injectSocket(socket as unknown as Socket);
  };
}

/** By the address of the peer, as the space's router does it. */
function isTrusted({store}: PlatformContext, target: AttachTarget, request: IncomingMessage): boolean {
  if (target.spaceId === null) return true;
  const address = parseAddress((request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
  // ::1 is this machine too; ranges are IPv4.
  const peer = address ?? parseAddress('127.0.0.1')!;
  return store.spaces.rulesetOf(target.spaceId).rules.some(({action, source}) => {
    const range = parseSubnet(source);
    return action === 'allow' && range !== null && peer >= range.first && peer <= range.last;
  });
}

function hostKey({home}: PlatformContext, utils: {generateKeyPairSync(type: 'ed25519'): {private: string}}): string {
  const path = joinPath(home.ca, 'ssh-host.key');
  if (!existsSync(path)) writeFileSync(path, utils.generateKeyPairSync('ed25519').private, {mode: 0o600});
  return readFileSync(path, 'utf8');
}

function serveConnection(context: PlatformContext, target: AttachTarget, connection: Connection): void {
  connection.on('error', () => connection.end());
  connection.on('authentication', (attempt) => attempt.accept());
  connection.on('session', (accept) => {
    const session = accept();
    let size: Size | undefined;
    let resize: (size: Size) => void = (wanted) => (size = wanted);
    session.on('pty', (acceptPty, _reject, {cols, rows}) => {
      resize({columns: cols, rows});
      acceptPty?.();
    });
    session.on('window-change', (acceptChange, _reject, {cols, rows}) => {
      resize({columns: cols, rows});
      acceptChange?.();
    });
    session.on('shell', (acceptShell) => {
      const channel = acceptShell();
      void serveShell(context, target, channel, (use) => {
        resize = use;
        if (size) use(size);
      }).finally(() => endLater(context, connection));
    });
  });
}

/**
 * `ssh` ends by itself once its only channel is closed. Told to disconnect before it has printed what came just before,
 * it would throw that away.
 */
function endLater({clock}: PlatformContext, connection: Connection): void {
  const timer = clock.setTimeout(() => connection.end(), GRACE_MS);
  connection.once('close', () => timer.cancel());
}

/** Joins the channel with the dyno's terminal; the client gets the exit status at the end. */
async function serveShell(
  context: PlatformContext,
  target: AttachTarget,
  channel: ServerChannel,
  onResize: (resize: (size: Size) => void) => void,
): Promise<void> {
  try {
    const app = context.store.apps.get(target.appId);
    const client = await context.runtimes.clientFor(app);
    const dyno = (await openTarget(context, target)) as Duplex & {sessionId?: string};
    const session = dyno.sessionId ?? '';
    onResize((size) => void client.resize(app.id, target.dyno, {session, ...size}).catch(() => undefined));
    channel.on('close', () => dyno.destroy());
    channel.pipe(dyno, {end: !target.hasTerminal});
    // A terminal is not hung up when the input of `ssh` ends: it is told so, as the other way of attaching does.
    if (target.hasTerminal) channel.once('end', () => dyno.write(Buffer.of(EOT)));
    dyno.pipe(channel, {end: false});
    await new Promise<void>((resolve) =>
      dyno
        .once('end', resolve)
        .once('close', resolve)
        .once('error', () => resolve()),
    );
    const {status} = await client.sessionStatus(app.id, session).catch(() => ({status: 1}));
    channel.exit(status);
    channel.end();
  } catch (error) {
    context.log.error('ssh', error);
    channel.stderr.write(error instanceof Error ? `${error.message}\r\n` : 'failed\r\n');
    channel.exit(1);
    channel.end();
  }
}
