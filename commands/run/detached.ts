import {boolean} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {followLog} from '../../src/cli/follow-log.js';
import {oneOffArgs, oneOffFlags, oneOffRequest} from '../../src/cli/one-off-flags.js';

export default class RunDetached extends DynoCommand {
  static override description = 'run a detached one-off dyno; its output goes to the log';
  static override examples = [
    '<%= config.bin %> run:detached node migrate.js',
    '<%= config.bin %> run:detached --tail ls',
  ];
  static override strict = false;
  static override args = oneOffArgs;
  static override flags = {
    ...oneOffFlags,
    tail: boolean({char: 't', description: 'continually stream the log of the dyno'}),
  };

  async run() {
    const {argv, flags} = await this.parse(RunDetached);
    const app = this.appOf(flags);
    const request = oneOffRequest(argv, flags);
    const dyno = await this.progress(
      `Running ${request.command} on ${this.palette.name(app)}`,
      () => this.api.runDyno(app, {...request, attach: false}),
      ({name}) => `done, ${name}`,
    );
    if (flags.tail) {
      for await (const lines of followLog(this.api, app, {dyno: dyno.name, tail: true})) this.logLines(lines);
    } else {
      this.tell(`Run ${this.config.bin} logs --app ${app} --dyno-name ${dyno.name} to view the output.`);
    }
    return dyno;
  }
}
