import {randomBytes} from 'node:crypto';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {DynoError} from '../model/error.js';
import type {RouterSettings} from '../router/router.js';

/**
 * What the user may choose of a router, from the environment:
 *
 *   DYNO_ROUTER     router2 | legacy   whose behaviour and log line (heroku-behaviour.md 3)
 *   DYNO_HOST_PORT  keep | drop        the port in the Host header that a dyno sees. Heroku drops it, where it is 80
 *                                      or 443 anyway; here that would break every absolute link (8)
 *
 * @throws DynoError usage
 */
export function routerSettingsOf(env: NodeJS.ProcessEnv): RouterSettings {
  return {
    style: oneOf(env, 'DYNO_ROUTER', ['router2', 'legacy']),
    hostPort: oneOf(env, 'DYNO_HOST_PORT', ['keep', 'drop']),
  };
}

/** Signs session affinity cookies; kept, so that sessions outlive the runtime. */
export async function affinitySecretOf(directory: string): Promise<Buffer> {
  const path = join(directory, 'affinity-secret');
  const known = await readFile(path).catch(() => null);
  if (known?.length === 32) return known;
  const secret = randomBytes(32);
  await mkdir(directory, {recursive: true, mode: 0o700});
  await writeFile(path, secret, {mode: 0o600});
  return secret;
}

/** The first choice is the default. */
function oneOf<Choice extends string>(env: NodeJS.ProcessEnv, name: string, choices: [Choice, ...Choice[]]): Choice {
  const chosen = env[name] || choices[0];
  const found = choices.find((choice) => choice === chosen);
  if (found !== undefined) return found;
  throw new DynoError('usage', {message: `${name}=${chosen}: it is ${choices.join(' or ')}.`});
}
