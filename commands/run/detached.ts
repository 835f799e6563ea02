import {string as stringArg} from '@oclif/core/args';
import {boolean, integer, string} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {followLog} from '../../src/cli/follow-log.js';
import {joinCommand, parseEnv} from '../../src/cli/run-command.js';

export default class RunDetached extends DynoCommand {
  static override description = 'run a detached one-off dyno; its output goes to the log';
  static override examples = [
    '<%= config.bin %> run:detached node migrate.js',
    '<%= config.bin %> run:detached --tail ls',
  ];
  static override strict = false;
  static override args = {command: stringArg({description: 'command, or a process type', required: true})};
  static override flags = {
    ...appFlag,
    env: string({
      char: 'e',
      description: 'environment of the dyno, KEY=VALUE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    size: string({char: 's', description: 'dyno size'}),
    tail: boolean({char: 't', description: 'continually stream the log of the dyno'}),
    type: string({description: 'process type whose name the dyno bears', hidden: true}),
    'time-to-live': integer({description: 'seconds until the dyno is ended', min: 1, max: 86_400}),
  };

  async run() {
    const {argv, flags} = await this.parse(RunDetached);
    const app = this.appOf(flags);
    const command = joinCommand(argv as string[]);
    const dyno = await this.progress(
      `Running ${command} on ${this.palette.name(app)}`,
      () =>
        this.api.runDyno(app, {
          attach: false,
          command,
          env: parseEnv(flags.env ?? []),
          size: flags.size,
          time_to_live: flags['time-to-live'],
          type: flags.type,
        }),
      ({name}) => `done, ${name}`,
    );
    if (flags.tail) {
      for await (const line of followLog(this.api, app, {dyno: dyno.name, tail: true})) this.log(line);
    } else {
      this.tell(`Run ${this.config.bin} logs --app ${app} --dyno-name ${dyno.name} to view the output.`);
    }
    return dyno;
  }
}
