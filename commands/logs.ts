import {boolean, integer, string} from '@oclif/core/flags';
import {DynoCommand} from '../src/cli/command.js';
import {appFlag} from '../src/cli/flags.js';
import {followLog} from '../src/cli/follow-log.js';
import {filterOf, logLineJson, paintLogLine, parseCode, parseSince} from '../src/cli/views/log-lines.js';
import {limits} from '../src/model/limits.js';

export default class Logs extends DynoCommand {
  static override description = `display recent log output
The last lines are taken first and then filtered, as Heroku does. --json prints one object a line.`;
  static override examples = [
    '<%= config.bin %> logs --tail',
    '<%= config.bin %> logs --num 500 --process-type web',
    '<%= config.bin %> logs --source heroku --code H12 --since 10m',
  ];
  static override flags = {
    ...appFlag,
    num: integer({char: 'n', description: 'number of lines', min: 1, max: limits.logHistory}),
    tail: boolean({char: 't', description: 'continually stream logs', default: false}),
    source: string({char: 's', description: 'only this source: app or heroku'}),
    'dyno-name': string({char: 'd', description: 'only this dyno, such as web.1', aliases: ['dyno']}),
    'process-type': string({
      char: 'p',
      description: 'only this process type',
      aliases: ['ps'],
      exclusive: ['dyno-name'],
    }),
    since: string({description: 'only lines since then: 90s, 10m, 2h, or a date'}),
    code: string({description: 'only lines with this code: H12, R14, L10'}),
    'no-color': boolean({description: 'no colours, also on a terminal'}),
  };

  async run() {
    const {flags} = await this.parse(Logs);
    const passes = filterOf({
      ...(flags.since === undefined ? {} : {since: parseSince(flags.since, Date.now())}),
      ...(flags.code === undefined ? {} : {code: parseCode(flags.code)}),
    });
    const filtered = flags.since !== undefined || flags.code !== undefined;
    const stream = followLog(this.api, this.appOf(flags), {
      lines: flags.num ?? (filtered ? limits.logHistory : limits.logDefaultLines),
      tail: flags.tail,
      source: flags.source,
      dyno: flags['dyno-name'] ?? flags['process-type'],
    });
    for await (const lines of stream) {
      const wanted = lines.filter(passes);
      if (wanted.length > 0) process.stdout.write(wanted.map((line) => `${this.formOf(line)}\n`).join(''));
      // Nobody reads any more: `dyno logs --tail | head`.
      if (process.stdout.errored) break;
    }
  }

  private formOf(line: string): string {
    return this.jsonEnabled() ? logLineJson(line) : paintLogLine(line, this.palette);
  }
}
