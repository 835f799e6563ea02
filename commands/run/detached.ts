import {boolean} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {followLog} from '../../src/cli/follow-log.js';
import {oneOffArgs, oneOffFlags, oneOffRequest} from '../../src/cli/one-off-flags.js';
import {logLineJson} from '../../src/cli/views/log-lines.js';

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
    if (flags.tail) return this.follow(app, dyno.name);
    this.tell(`Run ${this.config.bin} logs --app ${app} --dyno-name ${dyno.name} to view the output.`);
    return dyno;
  }

  private async follow(app: string, dyno: string): Promise<void> {
    const form = (line: string) => (this.jsonEnabled() ? logLineJson(line) : line);
    for await (const lines of followLog(this.api, app, {dyno, tail: true})) {
      process.stdout.write(lines.map((line) => `${form(line)}\n`).join(''));
      // Nobody reads any more: `dyno run:detached --tail | head`.
      if (process.stdout.errored) break;
    }
  }
}
