import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {appFlag} from '../../src/cli/flags.js';
import {layoutObject} from '../../src/cli/layout.js';
import {DynoError} from '../../src/model/error.js';

export default class ConfigSet extends DynoCommand {
  static override hiddenAliases = ['config:add'];
  static override description = 'set one or more config vars';
  static override examples = ['<%= config.bin %> config:set NODE_ENV=staging LOG_LEVEL=debug'];
  static override strict = false;
  static override args = {pair: stringArg({description: 'KEY=VALUE', required: true})};
  static override flags = {...appFlag};

  async run() {
    const {argv, flags} = await this.parse(ConfigSet);
    const app = this.appOf(flags);
    const changes = Object.fromEntries((argv as string[]).map(parsePair));
    const keys = Object.keys(changes);
    const vars = await this.progress(
      `Setting ${keys.map((key) => this.palette.good(key)).join(', ')} and restarting ${this.palette.name(app)}`,
      async () => {
        const all = await this.api.updateConfigVars(app, changes);
        return {all, release: (await this.api.releases(app, 1))[0]};
      },
      ({release}) => `done${release ? `, v${release.version}` : ''}`,
    );
    this.logLines(layoutObject(Object.fromEntries(keys.map((key) => [key, vars.all[key]])), this.palette.good));
    return vars.all;
  }
}

function parsePair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) throw new DynoError('usage', {message: `${pair} is invalid. Must be in the format FOO=bar.`});
  return [pair.slice(0, at), pair.slice(at + 1)];
}
