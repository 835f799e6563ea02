import {existsSync, readFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {boolean, string} from '@oclif/core/flags';
import {bundleCertificates} from '../src/cli/ca-bundle.js';
import {DynoCommand} from '../src/cli/command.js';
import type {ShellName} from '../src/cli/views/environment.js';
import {
  environmentOf,
  environmentUndo,
  environmentWarnings,
  layoutExports,
  layoutUnsets,
} from '../src/cli/views/environment.js';

/** ms within which a platform that has just started has its certificate authority */
const AUTHORITY_MS = 10_000;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

export default class Env extends DynoCommand {
  static override description = `print variables that point the official heroku CLI at this machine
Use it as: eval "$(dyno env)"`;
  static override examples = [
    'eval "$(<%= config.bin %> env)"',
    '<%= config.bin %> env --shell fish | source',
    'eval "$(<%= config.bin %> env --unset)"',
  ];
  static override flags = {
    shell: string({char: 's', description: 'syntax to print', options: ['sh', 'fish', 'powershell'], default: 'sh'}),
    unset: boolean({char: 'u', description: 'print how to undo it'}),
  };

  async run() {
    const {flags} = await this.parse(Env);
    const shell = flags.shell as ShellName;
    if (flags.unset) {
      const undo = environmentUndo(process.env);
      this.logLines([...layoutExports(undo.restore, shell), ...layoutUnsets(undo.unset, shell)]);
      return undo;
    }
    const variables = environmentOf(await this.facts(), process.env);
    for (const warning of environmentWarnings(process.env)) this.tell(`Warning: ${warning}`);
    this.logLines(layoutExports(variables, shell));
    return variables;
  }

  private async facts() {
    const {ca_file} = await this.api.local.platform();
    const {home, port} = this.installation;
    const caFile = ca_file ?? `${home.ca}/ca.pem`;
    // The platform's first start answers before the authority is made.
    for (const end = Date.now() + AUTHORITY_MS; !existsSync(caFile) && Date.now() < end;) await pause();
    return {
      port,
      token: readFileSync(home.token, 'utf8').trim(),
      caFile: existsSync(caFile) ? caFile : null,
      bundleWith: (other: string) => bundleCertificates(dirname(caFile), caFile, other),
    };
  }
}
