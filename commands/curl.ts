import {string as stringArg} from '@oclif/core/args';
import {string} from '@oclif/core/flags';
import {DynoCommand} from '../src/cli/command.js';
import {DynoError} from '../src/model/error.js';

export default class Curl extends DynoCommand {
  static override description = `show what a client at another address would get
The request is served by the app's own router, as if it had come from that address: trusted IP ranges of a private space
apply to it, and the app sees it in X-Forwarded-For.`;
  static override examples = [
    '<%= config.bin %> curl --from 203.0.113.9 http://demo.localhost:7790/',
    `<%= config.bin %> curl --from 203.0.113.9 -X POST -H 'Content-Type: text/plain' -d hello http://demo.localhost:7780/`,
  ];
  static override args = {url: stringArg({description: 'URL of an app', required: true})};
  static override flags = {
    from: string({description: 'IP address of the client', default: '127.0.0.1'}),
    request: string({char: 'X', description: 'method; GET, or POST with --data'}),
    header: string({
      char: 'H',
      description: 'header as Name: value, repeatable',
      multiple: true,
      multipleNonGreedy: true,
    }),
    data: string({char: 'd', description: 'body of the request'}),
  };

  async run() {
    const {args, flags} = await this.parse(Curl);
    const {from, request, header = [], data} = flags;
    const answer = await this.api.local.visit({
      from,
      url: args.url.includes('://') ? args.url : `http://${args.url}`,
      method: request ?? (data === undefined ? 'GET' : 'POST'),
      headers: header.map(readHeader),
      ...(data === undefined ? {} : {body: data}),
    });
    const body = Buffer.from(answer.body, 'base64');
    if (!this.jsonEnabled()) {
      this.log(`HTTP/${answer.version} ${answer.status} ${answer.reason}`.trimEnd());
      this.logLines([...answer.headers.map(([name, value]) => `${name}: ${value}`), '']);
      process.stdout.write(body);
      if (answer.truncated) this.tell(`Only the first ${body.length} bytes of the body are shown.`);
    }
    return {...answer, body: body.toString()};
  }
}

/** @throws DynoError usage */
function readHeader(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon > 0) return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  throw new DynoError('usage', {message: `${text} is no header. Form: -H 'Name: value'`});
}
