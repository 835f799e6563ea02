import {findProgram} from '../../src/cli/checks.js';
import {DynoCommand} from '../../src/cli/command.js';
import {trustNotes, trustSteps, trustStoreOf} from '../../src/cli/views/trust.js';

export default class CertsTrust extends DynoCommand {
  static override description = `print how to make this machine trust the local certificate authority
Nothing is changed: the lines go through a shell as they are.`;
  static override examples = ['<%= config.bin %> certs:trust', '<%= config.bin %> certs:trust | sh'];

  async run() {
    await this.parse(CertsTrust);
    const {ca_file} = await this.api.local.platform();
    const file = ca_file ?? `${this.installation.home.ca}/ca.pem`;
    const store = trustStoreOf((program) => findProgram(program, process.env) !== undefined);
    const steps = trustSteps(process.platform, file, {store, isRoot: process.getuid?.() === 0});
    this.logLines(steps);
    for (const note of trustNotes(process.platform, file)) this.tell(note);
    return {ca_file: file, steps};
  }
}
