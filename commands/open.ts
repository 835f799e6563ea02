import {string as stringArg} from '@oclif/core/args';
import {openBrowser} from '../src/cli/browser.js';
import {DynoCommand} from '../src/cli/command.js';
import {appFlag} from '../src/cli/flags.js';

export default class Open extends DynoCommand {
  static override aliases = ['apps:open'];
  static override description = 'open the app in a browser, or print its URL where there is none';
  static override examples = ['<%= config.bin %> open', '<%= config.bin %> open /health'];
  static override args = {path: stringArg({description: 'path to open', default: '/'})};
  static override flags = {...appFlag};

  async run() {
    const {args, flags} = await this.parse(Open);
    const app = await this.api.app(this.appOf(flags));
    const url = new URL(args.path, app.web_url ?? `http://${app.name}.localhost/`).href;
    if (this.jsonEnabled() || !openBrowser(url, process)) this.log(url);
    else this.tell(`Opening ${url}`);
    return {url};
  }
}
