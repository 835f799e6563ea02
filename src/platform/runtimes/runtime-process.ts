import {spawn} from 'node:child_process';
import {closeSync, openSync, readFileSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';
import type {HomeLayout} from '../../model/home-layout.js';
import type {RuntimeSpec} from '../../model/spec.js';
import {wordsOf} from '../process-words.js';
import {makeRuntimeFolders} from './runtime-folders.js';

/** Starts and finds runtime processes. Injected, so that tests can start theirs. */
export interface RuntimeProcesses {
  /**
   * Starts the runtime of this spec; it outlives the platform. It is told what it is, not yet its apps: arguments can
   * be seen by all. `onExit` is called when it ends while we live.
   */
  start(spec: RuntimeSpec, onExit: () => void): void;
  /** the last thing of note that it wrote */
  lastWords(name: string): string;
  /** pid of the process started last, by this platform or one before; null when it is not alive */
  pidOf(name: string): number | null;
  /** Ends it without asking. Does nothing when it is gone. */
  kill(name: string): void;
}

/** Runtime processes of `node bin/runtime.js <name>`, detached, with their output in <home>/runtimes/<name>/log. */
export function runtimeProcesses(home: HomeLayout, entry: string, env: NodeJS.ProcessEnv): RuntimeProcesses {
  const pidOf = (name: string): number | null => {
    const pid = readPid(home.runtime(name).pid);
    return pid !== null && isRuntime(pid, name, entry) ? pid : null;
  };
  return {
    start(spec, onExit) {
      const {name} = spec;
      const what = {...spec, apps: undefined};
      const layout = home.runtime(name);
      makeRuntimeFolders(layout);
      const log = openSync(layout.log, 'a', 0o600);
      try {
        const child = spawn(process.execPath, [entry, name, JSON.stringify(what)], {
          detached: true,
          stdio: ['ignore', log, log],
          env,
        });
        child.once('exit', onExit);
        child.once('error', onExit);
        child.unref();
        if (child.pid !== undefined) writeFileSync(layout.pid, `${child.pid}\n`, {mode: 0o600});
      } finally {
        closeSync(log);
      }
    },
    lastWords: (name) => lastWordsOf(home.runtime(name).log),
    pidOf,
    kill(name) {
      const pid = pidOf(name);
      if (pid === null) return;
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
  };
}

/** The last line that names an error, else the last line. */
function lastWordsOf(path: string): string {
  try {
    const lines = readFileSync(path, 'utf8').slice(-4000).trim().split('\n');
    return (lines.findLast((line) => /error/i.test(line) && !/^\s+at |^\s*}/.test(line)) ?? lines.at(-1)!)
      .replace(/^\d{4}-\S+Z (Error: )?/, '')
      .trim();
  } catch {
    return '';
  }
}

function readPid(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}

/**
 * A pid may have been given to somebody else after a reboot: its command line tells. It is `node <entry> <name>`, then the
 * title that src/runtime/main.ts gives itself.
 */
function isRuntime(pid: number, name: string, entry: string): boolean {
  const words = wordsOf(pid) ?? [];
  return words.includes(name) && words.some((word) => word === 'dyno-runtime' || basename(word) === basename(entry));
}
