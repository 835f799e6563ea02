import {string as stringArg} from '@oclif/core/args';
import {integer, string} from '@oclif/core/flags';
import {appFlag} from './flags.js';
import {joinCommand, parseEnv} from './run-command.js';

/** What `run` and `run:detached` take. That a command is there is seen to below, in Heroku's words. */
export const oneOffArgs = {command: stringArg({description: 'command, or a process type'})};

export const oneOffFlags = {
  ...appFlag,
  env: string({
    char: 'e',
    description: 'environment of the dyno, KEY=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  size: string({char: 's', description: 'dyno size'}),
  type: string({description: 'process type whose name the dyno bears', hidden: true}),
  'time-to-live': integer({description: 'seconds until the dyno is ended', min: 1, max: 86_400}),
};

export interface OneOffFlags {
  env?: string[] | undefined;
  size?: string | undefined;
  type?: string | undefined;
  'time-to-live'?: number | undefined;
}

/** The part of `POST /apps/:a/dynos` that they tell. @throws DynoError usage */
export function oneOffRequest(argv: unknown[], flags: OneOffFlags) {
  return {
    command: joinCommand(argv as string[]),
    env: parseEnv(flags.env ?? []),
    size: flags.size,
    time_to_live: flags['time-to-live'],
    type: flags.type,
  };
}
