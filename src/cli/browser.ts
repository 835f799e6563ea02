import {spawn} from 'node:child_process';

/** What `openBrowser` looks at of the running process. */
export interface Desktop {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  stdout: {isTTY?: boolean};
}

/** Opens a URL in the user's browser; false where nobody sits in front of one. */
export function openBrowser(url: string, {platform, env, stdout}: Desktop): boolean {
  const program = browserOf(platform, env);
  if (!stdout.isTTY || !program) return false;
  const child = spawn(program, [url], {detached: true, stdio: 'ignore'});
  child.on('error', () => {});
  child.unref();
  return true;
}

function browserOf(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | undefined {
  if (env.BROWSER) return env.BROWSER;
  if (platform === 'darwin') return 'open';
  if (platform === 'win32') return 'explorer';
  return env.DISPLAY || env.WAYLAND_DISPLAY ? 'xdg-open' : undefined;
}
