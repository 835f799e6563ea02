import {DynoCommand} from '../../src/cli/command.js';
import {trustSteps} from '../../src/cli/views/trust.js';

export default class CertsTrust extends DynoCommand {
  static override description = `print how to make this machine trust the local certificate authority
Nothing is changed: the lines go through a shell as they are.`;
  static override examples = ['<%= config.bin %> certs:trust', '<%= config.bin %> certs:trust | sh'];

  async run() {
    await this.parse(CertsTrust);
    const {ca_file} = await this.api.local.platform();
    const file = ca_file ?? `${this.installation.home.ca}/ca.pem`;
    const steps = trustSteps(process.platform, file);
    this.logLines(steps);
    this.tell('Node.js programs trust it with: eval "$(dyno env)"; Firefox keeps a list of its own.');
    return {ca_file: file, steps};
  }
}
