import type {Flow} from '../flow.js';
import {flow} from '../flow.js';

export const processes: Flow[] = [
  flow('ps -a demo', /=== web \(Standard-1X\): node server\.js \(1\)\s+web\.1: (up|starting)/),
  flow('ps:scale -a demo', /web=1:Standard-1X worker=0:Standard-1X/),
  flow('ps:scale web=2 worker=1:standard-2x -a demo', undefined, {
    err: /now running web at 2:Standard-1X, worker at 1:Standard-2X/,
  }),
  flow('ps:scale web+1 -a demo', undefined, {then: ['/apps/demo/formation', /"quantity":3/]}),
  flow('ps:scale web-2 -a demo', undefined, {err: /web at 1/}),
  flow('ps:scale clock=1 -a demo', undefined, {err: /Couldn't find that process type \(clock\)/, status: 2}),
  flow('ps:scale web=101 -a demo', undefined, {err: /Cannot update to more than 100/, status: 2}),
  flow('ps:type -a demo', /web\s+Standard-1X\s+1/),
  flow('ps:type worker=standard-1x -a demo', /worker\s+Standard-1X/),
  flow('ps:restart -a demo', undefined, {err: /Restarting all dynos/}),
  flow('ps:restart --process-type worker -a demo', undefined, {err: /Restarting all worker dynos/}),
  flow('ps:restart --dyno-name web.1 -a demo', undefined, {err: /Restarting dyno web\.1/}),
  flow('ps:stop --dyno-name worker.1 -a demo', undefined, {err: /Stopping dyno worker\.1/}),
  flow('ps:wait -a demo', undefined, {}),
  flow('ps --json -a demo', /"name": "web\.1"/),
];

export const oneOffs: Flow[] = [
  flow("run 'sleep 2; echo hi $B; sleep 1' -a demo", /hi/),
  flow('run -x \'sh -c "sleep 2; exit 7"\' -a demo', undefined, {status: 7}),
  flow("run -x '(exit 0); echo fine' -a demo", /fine/),
  flow("run --no-tty 'cat; echo end' -a demo", /input\s*end/, {input: 'input'}),
  flow("run:detached 'echo detached' -a demo", undefined, {err: /run\.\d+/}),
  flow("run:inside web.1 'echo inside $DYNO; sleep 1' -a demo", /inside web\.1/),
  flow('run --size=huge ls -a demo', undefined, {err: /There is no dyno size huge/, status: 2}),
];

export const logs: Flow[] = [
  flow('logs -n 100 -a demo', /app\[api\]: Release v\d+ created by user/),
  flow('logs -d web.1 -n 1500 -a demo', /heroku\[web\.1\]/),
  flow('logs -s app -n 1500 -a demo', /app\[/),
  flow('logs -p web -n 1500 -a demo', /web\.1/),
  flow('drains:add https://logs.example.com/x -a demo', /Successfully added drain/),
  flow('drains -a demo', /https:\/\/logs\.example\.com\/x \(d\./),
  flow('drains:add ftp://x -a demo', undefined, {err: /is not a drain/, status: 2}),
  flow('drains:remove https://logs.example.com/x -a demo', /Successfully removed/),
];
