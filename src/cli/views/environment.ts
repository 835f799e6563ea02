import {sharedUndo, sharedVariables} from './shared-variables.js';

/** What the official CLI, git and Node.js programs need to know of this installation (platform-api.md 2). */
export interface EnvironmentFacts {
  port: number;
  token: string;
  /** PEM of the local certificate authority; null where none was made */
  caFile: string | null;
  /** PEM of that authority and of those in another file */
  bundleWith: (otherCaFile: string) => string;
}

/** To PowerShell, typographic quotes are quotes. */
const POWERSHELL_QUOTES = /['\u2018-\u201b]/g;

export type ShellName = 'fish' | 'powershell' | 'sh';

/** Set: the CLI talks to this machine and to nobody else. `env` is what the shell has now. */
export function environmentOf(
  {port, token, caFile, bundleWith}: EnvironmentFacts,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  return {...ownVariables(port, token), ...sharedVariables(env, caFile ? {port, caFile, bundleWith} : null)};
}

/** How to undo it: what stood in variables before, and the names of all others. */
export function environmentUndo(env: NodeJS.ProcessEnv): {restore: Record<string, string>; unset: string[]} {
  const {restore, unset} = sharedUndo(env);
  return {restore, unset: [...Object.keys(ownVariables(1, '')), ...unset]};
}

function ownVariables(port: number, token: string): Record<string, string> {
  const api = `http://localhost:${port}`;
  return {
    HEROKU_HOST: api,
    HEROKU_API_KEY: token,
    // Else every command that reads /account asks particleboard.heroku.com first, six seconds when offline.
    HEROKU_PARTICLEBOARD_URL: api,
    HEROKU_DATA_HOST: 'localhost',
    HEROKU_STATUS_HOST: api,
    HEROKU_EXEC_URL: `https://localhost:${port}/`,
    DISABLE_TELEMETRY: 'true',
    HEROKU_SKIP_NEW_VERSION_CHECK: '1',
    HEROKU_DISABLE_AUTOUPDATE: '1',
    HIDE_HEROKU_RELEASE_NOTES: 'true',
  };
}

export function layoutExports(variables: Record<string, string>, shell: ShellName): string[] {
  return Object.entries(variables).map(([name, value]) => {
    if (shell === 'fish') return `set -gx ${name} '${value.replace(/[\\']/g, '\\$&')}';`;
    if (shell === 'powershell') return `$env:${name} = '${value.replace(POWERSHELL_QUOTES, '$&$&')}'`;
    return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
  });
}

export function layoutUnsets(names: readonly string[], shell: ShellName): string[] {
  return names.map((name) => {
    if (shell === 'fish') return `set -e ${name};`;
    if (shell === 'powershell') return `Remove-Item Env:${name} -ErrorAction SilentlyContinue`;
    return `unset ${name}`;
  });
}

/**
 * What in the user's environment would send the official CLI to the real heroku.com, in sentences. It takes HEROKU_HOST
 * only when the text holds localhost or 127.0.0.1, and falls back to heroku.com for anything else.
 */
export function environmentWarnings(env: NodeJS.ProcessEnv): string[] {
  const warnings: string[] = [];
  const host = env.HEROKU_HOST;
  if (host && !/localhost|127\.0\.0\.1/.test(host)) {
    warnings.push(`HEROKU_HOST is ${host} now: until it is replaced, heroku talks to it or to the real heroku.com.`);
  }
  if (env.HEROKU_HEADERS) warnings.push('HEROKU_HEADERS is set: heroku sends these headers to this machine too.');
  if (env.https_proxy || env.HTTPS_PROXY) {
    warnings.push('a proxy for https is set: heroku logs asks it whatever NO_PROXY says. Unset it for heroku logs.');
  }
  if (env.HEROKU_GIT_HOST) warnings.push('HEROKU_GIT_HOST is set: git remotes made by heroku point there.');
  return warnings;
}
