import {boolean, integer, string} from '@oclif/core/flags';
import {DynoCommand} from '../../src/cli/command.js';
import {readFileTail} from '../../src/cli/file-tail.js';

export default class PlatformLogs extends DynoCommand {
  static override description = 'display what the platform, or one of its runtimes, wrote';
  static override examples = ['<%= config.bin %> platform:logs --tail', '<%= config.bin %> platform:logs --runtime us'];
  static override flags = {
    num: integer({char: 'n', description: 'number of lines', default: 100, min: 1}),
    runtime: string({description: 'a runtime: us, eu, or a private space'}),
    tail: boolean({char: 't', description: 'continually stream'}),
  };
  protected override readonly startsPlatform = false;

  async run() {
    const {flags} = await this.parse(PlatformLogs);
    const {home} = this.installation;
    const path = flags.runtime ? home.runtime(flags.runtime).log : home.platformLog;
    for await (const line of readFileTail(path, {lines: flags.num, tail: flags.tail})) {
      process.stdout.write(`${this.jsonEnabled() ? JSON.stringify({message: line}) : line}\n`);
      if (process.stdout.errored) break;
    }
  }
}
