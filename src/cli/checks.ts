import {accessSync, constants, existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {DoctorCheck} from '../client/local-api.js';

/** The CLI's own side of the machine. */
export function checkMachine(machine: {nodeVersion: string; home: string; env: NodeJS.ProcessEnv}): DoctorCheck[] {
  const [major = 0, minor = 0] = machine.nodeVersion.split('.').map(Number);
  const newEnough = major > 20 || (major === 20 && minor >= 19);
  const git = findProgram('git', machine.env);
  return [
    {
      name: 'Node.js',
      state: newEnough ? 'ok' : 'fail',
      detail: `${machine.nodeVersion}${newEnough ? '' : ', but 20.19 or newer is needed'}`,
    },
    isWritable(machine.home)
      ? {name: 'Home', state: 'ok', detail: machine.home}
      : {name: 'Home', state: 'fail', detail: `${machine.home} cannot be written; set DYNO_HOME`},
    git
      ? {name: 'git', state: 'ok', detail: git}
      : {name: 'git', state: 'warn', detail: 'not found: git push does not work, dyno deploy does'},
  ];
}

function isWritable(path: string): boolean {
  try {
    let nearest = path;
    while (!existsSync(nearest)) nearest = dirname(nearest);
    accessSync(nearest, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a program that a shell would find. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}
