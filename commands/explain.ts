import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../src/cli/command.js';
import {layoutFields} from '../src/cli/layout.js';
import {DynoError} from '../src/model/error.js';
import {findHerokuCode} from '../src/model/heroku-codes.js';

export default class Explain extends DynoCommand {
  static override description = 'tell what a code in the log means, and what to do about it';
  static override examples = ['<%= config.bin %> explain H12', '<%= config.bin %> explain R14'];
  static override args = {code: stringArg({description: 'H12, R14, L10', required: true})};

  async run() {
    const {args} = await this.parse(Explain);
    const found = findHerokuCode(args.code);
    if (!found) {
      throw new DynoError('usage', {message: `Heroku has no code ${args.code}. Codes look like H12, R14 or L10.`});
    }
    this.logHeading(`${found.code} ${found.desc}`);
    this.log(`${found.meaning}\n\n${found.remedy}`);
    const facts = layoutFields({Status: found.status, Level: found.level});
    if (facts.length > 0) this.logLines(['', ...facts]);
    return found;
  }
}
