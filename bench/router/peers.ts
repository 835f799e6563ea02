import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, existsSync, openSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** One proxy under measurement, or the backend. */
export interface Peer {
  name: string;
  port: number;
  process: ChildProcess;
}

type Command = [file: string, ...args: string[]];

/** Core of the proxies; the other core has the load and the backend. */
export const PROXY_CORE = '0';
export const LOAD_CORE = '1';

const nginxHead = (directory: string) => `worker_processes 1; daemon off; error_log ${directory}/error.log;
pid ${directory}/nginx-PORT.pid; events { worker_connections 4096; }
http { ACCESS_LOG; keepalive_requests 1000000000; client_body_temp_path ${directory}/1; proxy_temp_path ${directory}/2;
fastcgi_temp_path ${directory}/3; uwsgi_temp_path ${directory}/4; scgi_temp_path ${directory}/5;`;

/** The tiny backend: always nginx, so that it never is the limit. */
export function backendCommand(directory: string, port: number): Command {
  const config = `${nginxHead(directory).replace('ACCESS_LOG', 'access_log off')} server { listen 127.0.0.1:${port};
    location / { default_type text/plain; return 200 "Hello from a dyno\\n"; } } }`;
  return nginx(directory, port, config);
}

/**
 * What is measured, by name; a peer whose program is not installed is left out. All have one core, connections kept on
 * both sides (128 idle ones towards the backend, 90 s), and forward the client's address. Whoever can writes a line for
 * each request: our router into logplex and on disk, nginx and Caddy into a file, HAProxy to its standard output, which
 * is a file here; "node:http and undici" keeps lines in memory, http-proxy and the splice have none.
 */
export function proxyCommands(directory: string, backend: number): Record<string, (port: number) => Command> {
  const own =
    (file: string, ...more: string[]) =>
    (port: number): Command => [
      process.execPath,
      join(fileURLToPath(new URL('.', import.meta.url)), file),
      String(port),
      String(backend),
      ...more,
    ];
  const all: Record<string, (port: number) => Command> = {
    router: own('router-process.js', '1', join(directory, 'apps-1')),
    'router, 100 apps': own('router-process.js', '100', join(directory, 'apps-100')),
    'router, 1000 apps': own('router-process.js', '1000', join(directory, 'apps-1000')),
    'node:http and undici': own('undici-process.js'),
    'http-proxy': own('http-proxy-process.js'),
    'bare splice': own('splice-process.js'),
    caddy: (port) => {
      const keepAlive = {enabled: true, idle_timeout: '90s', max_idle_conns: 1024, max_idle_conns_per_host: 128};
      const transport = {protocol: 'http', keep_alive: keepAlive};
      const handle = [{handler: 'reverse_proxy', transport, upstreams: [{dial: `127.0.0.1:${backend}`}]}];
      const server = {listen: [`127.0.0.1:${port}`], automatic_https: {disable: true}, routes: [{handle}], logs: {}};
      const access = {
        include: ['http.log.access'],
        writer: {output: 'file', filename: join(directory, `caddy-${port}.log`), roll: false},
      };
      const config = {
        admin: {disabled: true},
        logging: {logs: {default: {level: 'ERROR', exclude: access.include}, access}},
        apps: {http: {servers: {server}}},
      };
      return ['caddy', 'run', '--config', written(directory, `caddy-${port}.json`, JSON.stringify(config))];
    },
    nginx: (port) =>
      nginx(
        directory,
        port,
        `${nginxHead(directory).replace('ACCESS_LOG', `access_log ${directory}/nginx-${port}.log combined buffer=64k flush=5s`)}
        upstream dynos { server 127.0.0.1:${backend}; keepalive 128; keepalive_requests 1000000000; keepalive_timeout 90s; }
        server { listen 127.0.0.1:${port}; location / { proxy_pass http://dynos; proxy_http_version 1.1;
        proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } } }`,
      ),
    haproxy: (port) => [
      'haproxy',
      '-db',
      '-f',
      written(
        directory,
        `haproxy-${port}.cfg`,
        `global\n  nbthread 1\n  log stdout format raw local0\ndefaults\n  mode http\n  log global\n  option httplog\n` +
          `  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n  option forwardfor\n  http-reuse always\n` +
          `listen all\n  bind 127.0.0.1:${port}\n  server dyno 127.0.0.1:${backend} pool-max-conn 128 pool-purge-delay 90s\n`,
      ),
    ],
  };
  const found = Object.entries(all).filter(([, command]) => isInstalled(command(0)[0]));
  return Object.fromEntries(found);
}

/** Starts `command` on one core and waits until it listens. What it says goes to `output`. */
export async function startPeer(
  name: string,
  port: number,
  command: Command,
  core: string,
  output = '/dev/null',
): Promise<Peer> {
  const stdout = openSync(output, 'w');
  const child = spawn('taskset', ['-c', core, ...command], {stdio: ['ignore', stdout, 'inherit']});
  closeSync(stdout);
  for (let tries = 0; tries < 200; tries++) {
    if (await answers(port)) return {name, port, process: child};
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`${name} does not listen on ${port}`);
}

export async function stopPeer({process: child}: Peer): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await once(child, 'exit');
  clearTimeout(timer);
}

function nginx(directory: string, port: number, config: string): Command {
  const file = written(directory, `nginx-${port}.conf`, config.replace('nginx-PORT', `nginx-${port}`));
  return ['nginx', '-e', 'stderr', '-c', file];
}

function written(directory: string, name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

export function isInstalled(file: string): boolean {
  if (file.startsWith('/')) return existsSync(file);
  return [...(process.env.PATH ?? '').split(':'), '/usr/sbin'].some((directory) => existsSync(join(directory, file)));
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
