import {DynoCommand} from '../../src/cli/command.js';

export default class PlatformStart extends DynoCommand {
  static override description = 'start the platform, which any other command does too';
  static override examples = ['<%= config.bin %> platform:start'];

  async run() {
    await this.parse(PlatformStart);
    return this.longProgress(
      'Starting the platform',
      () => this.api.local.platform(),
      ({pid, api_url, engine}) => `done, pid ${pid} at ${api_url} on ${engine}`,
    );
  }
}
