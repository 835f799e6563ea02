import {readFileSync} from 'node:fs';
import {text} from 'node:stream/consumers';
import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../../src/cli/command.js';
import {isOwnGitHost} from '../../src/cli/git-access.js';

export default class GitCredentials extends DynoCommand {
  static override hidden = true;
  static override description = `answer git, which asks for the token of this installation
git runs it by the setting that ${'`<%= config.bin %> git:remote`'} makes; it answers for the platform's own address alone.`;
  static override examples = [
    'printf "protocol=https\\nhost=localhost:7770\\n" | <%= config.bin %> git:credentials get',
  ];
  static override args = {
    operation: stringArg({description: 'what git wants', required: true, options: ['get', 'store', 'erase']}),
  };

  async run() {
    const {args} = await this.parse(GitCredentials);
    const {port, home} = this.installation;
    if (args.operation !== 'get' || !isOwnGitHost(await text(process.stdin), port)) return {};
    const answer = {username: 'heroku', password: readFileSync(home.token, 'utf8').trim()};
    this.logLines(Object.entries(answer).map(([name, value]) => `${name}=${value}`));
    return answer;
  }
}
