import {string as stringArg} from '@oclif/core/args';
import {DynoCommand} from '../src/cli/command.js';
import {appFlag} from '../src/cli/flags.js';
import {collectLog} from '../src/cli/follow-log.js';
import {layoutFields} from '../src/cli/layout.js';
import {paintLogLine} from '../src/cli/views/log-lines.js';
import {requestStory} from '../src/cli/views/request-story.js';
import {findHerokuCode} from '../src/model/heroku-codes.js';
import {limits} from '../src/model/limits.js';

export default class Why extends DynoCommand {
  static override description = `tell what happened to a request, with the states of its dyno around it
Its id stands in the router line as request_id; the app gets it as X-Request-Id. Where the router has forgotten the
request, its line in the log tells what is left to tell.`;
  static override examples = ['<%= config.bin %> why 30f14c6c-1f85-4cba-bd93-47d5abe3970f'];
  static override args = {request: stringArg({description: 'id of the request', required: true})};
  static override flags = {...appFlag};

  async run() {
    const {args, flags} = await this.parse(Why);
    const app = this.appOf(flags);
    const [timeline, log] = await Promise.all([
      this.api.local.request(app, args.request),
      collectLog(this.api, app, {lines: limits.logHistory, source: 'heroku'}),
    ]);
    const code = timeline.code ? findHerokuCode(timeline.code) : undefined;
    const story = requestStory(timeline, log);
    this.logHeading(`${timeline.method} ${timeline.path}`);
    this.logLines(
      layoutFields({
        Host: timeline.host,
        From: timeline.fwd,
        Dyno: timeline.dyno,
        Status: timeline.status ?? 'not answered yet',
        Code: code && `${code.code} ${code.desc}`,
      }),
    );
    this.log();
    this.logLines(story.map(({time, source, text}) => paintLogLine(`${time} ${source}: ${text}`, this.palette)));
    if (code) this.logLines(['', code.meaning, code.remedy]);
    return {...timeline, story};
  }
}
