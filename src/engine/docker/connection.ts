import type Docker from 'dockerode';
import {DynoError} from '../../model/error.js';
import {dockerSocket} from './docker-answers.js';
import {loadDockerode} from './load-dockerode.js';

export function connect(options?: Docker.DockerOptions): Docker {
  const Docker = loadDockerode();
  if (options) return new Docker(options);
  const socketPath = dockerSocket();
  return socketPath ? new Docker({socketPath}) : new Docker();
}

/** Socket of an engine on this machine; null for one that is reached over TCP or ssh. */
export function localSocket(docker: Docker): string | null {
  const {socketPath} = docker.modem as {socketPath?: string};
  return socketPath ?? null;
}

/** HTTP status that Docker answered with; undefined for any other failure. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as {statusCode?: unknown} | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

export function isGone(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** Runs one call; a failure becomes the DynoError of its cause. `action` continues "refused to …". */
export async function call<T>(action: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asDynoError(action, error);
  }
}

/** Like `call`, but null when Docker says that the thing is not there (404), or no longer running (409 with that text). */
export async function callUnlessGone<T>(action: string, run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (isGone(error) || isNotRunning(error) || isBeingRemoved(error)) return null;
    throw asDynoError(action, error);
  }
}

function isNotRunning(error: unknown): boolean {
  return (
    [304, 409, 500].includes(statusOf(error) ?? 0) &&
    /is not running|not running|no such process/i.test(messageOf(error))
  );
}

function isBeingRemoved(error: unknown): boolean {
  return (
    statusOf(error) === 409 &&
    /removal of container .* is already in progress|marked for removal/i.test(messageOf(error))
  );
}

const UNREACHABLE = [
  'ENOENT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EACCES',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
];

export function asDynoError(action: string, error: unknown): DynoError {
  if (error instanceof DynoError) return error;
  const reason = messageOf(error);
  if (/no space left on device|disk quota exceeded/i.test(reason)) {
    return new DynoError('disk_full', {path: 'the Docker Engine'}, error);
  }
  const {code, syscall} = (error ?? {}) as {code?: string; syscall?: string};
  if (statusOf(error) === undefined && (UNREACHABLE.includes(code ?? '') || /socket hang up/.test(reason))) {
    return new DynoError(
      'engine_unreachable',
      {engine: 'docker', reason: code && syscall ? `${syscall} ${code}` : reason},
      error,
    );
  }
  return new DynoError('engine_refused', {engine: 'docker', action, reason}, error);
}

export function messageOf(error: unknown): string {
  const {json, message} = (error ?? {}) as {json?: {message?: unknown}; message?: unknown};
  if (typeof json?.message === 'string') return json.message;
  return typeof message === 'string' ? message : String(error);
}
