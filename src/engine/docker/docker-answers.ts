import {existsSync} from 'node:fs';
import {request} from 'node:http';
import {homedir} from 'node:os';
import {join} from 'node:path';

/** Where the Docker Engine of this user listens: a socket path, or null when DOCKER_HOST says something else. */
export function dockerSocket(environment: NodeJS.ProcessEnv = process.env): string | null {
  const host = environment['DOCKER_HOST'];
  if (host) return host.startsWith('unix://') ? host.slice('unix://'.length) : null;
  const candidates = [
    '/var/run/docker.sock',
    environment['XDG_RUNTIME_DIR'] ? join(environment['XDG_RUNTIME_DIR'], 'docker.sock') : '',
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.colima/default/docker.sock'),
  ];
  return candidates.find((path) => path !== '' && existsSync(path)) ?? candidates[0]!;
}

/** Whether a Docker Engine answers, asked without loading the driver. Windows and TCP hosts: asked the same way. */
export function dockerAnswers(timeoutMs = 3000): Promise<boolean> {
  const target = pingTarget();
  if (!target) return Promise.resolve(false);
  return new Promise((resolve) => {
    const ping = request({...target, path: '/_ping', timeout: timeoutMs}, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('timeout', () => ping.destroy());
    ping.on('error', () => resolve(false));
    ping.on('close', () => resolve(false));
    ping.end();
  });
}

function pingTarget(): {socketPath: string} | {host: string; port: number} | null {
  const socketPath = dockerSocket();
  if (socketPath) return {socketPath};
  const host = process.env['DOCKER_HOST'] ?? '';
  if (!/^(tcp|http):\/\//.test(host) || process.env['DOCKER_TLS_VERIFY']) return null;
  const url = new URL(host.replace(/^tcp/, 'http'));
  return {host: url.hostname, port: Number(url.port || 2375)};
}
