import type {Flow} from '../flow.js';
import {flow} from '../flow.js';

export const processes: Flow[] = [
  flow('ps -a demo', /=== web \(Standard-1X\): node server\.js \(1\)\s+web\.1: (up|starting)/),
  flow('ps:scale -a demo', /web=1:Standard-1X worker=0:Standard-1X/),
  flow('ps:scale web=2 worker=1:standard-2x -a demo', undefined, {
    err: /now running web at 2:Standard-1X, worker at 1:Standard-2X/,
    then: ['/apps/demo/formation', /"quantity":2[\s\S]*"quantity":1,"size":"Standard-2X"/],
  }),
  flow('ps:scale web+1 -a demo', undefined, {
    err: /web at 3:Standard-1X/,
    then: ['/apps/demo/formation', /"quantity":3/],
  }),
  flow('ps:scale web-2 -a demo', undefined, {
    err: /web at 1:Standard-1X/,
    then: ['/apps/demo/formation/web', /"quantity":1/],
  }),
  flow('ps:scale clock=1 -a demo', undefined, {
    err: /Couldn't find that process type \(clock\)/,
    status: 2,
    then: ['/apps/demo/formation', /^(?!.*clock)/],
  }),
  flow('ps:scale web=101 -a demo', undefined, {
    err: /Cannot update to more than 100/,
    status: 2,
    then: ['/apps/demo/formation/web', /"quantity":1,/],
  }),
  flow('ps:type -a demo', /web\s+Standard-1X\s+1/, {then: ['/apps/demo/formation/web', /"size":"Standard-1X"/]}),
  flow('ps:type worker=standard-1x -a demo', /worker\s+Standard-1X/, {
    then: ['/apps/demo/formation/worker', /"size":"Standard-1X"/],
  }),
  flow('ps:restart -a demo', undefined, {err: /Restarting all dynos/, then: ['/apps/demo/dynos', /"web\.1"/]}),
  flow('ps:restart --process-type worker -a demo', undefined, {
    err: /Restarting all worker dynos/,
    then: ['/apps/demo/dynos', /"worker\.1"/],
  }),
  flow('ps:restart --dyno-name web.1 -a demo', undefined, {
    err: /Restarting dyno web\.1/,
    then: ['/apps/demo/dynos', /"web\.1"/],
  }),
  flow('ps:stop --dyno-name worker.1 -a demo', undefined, {
    err: /Stopping dyno worker\.1/,
    then: ['/apps/demo/dynos', /"worker\.1"/],
  }),
  flow('ps:wait -a demo', /^$/),
  flow('ps --json -a demo', /"name": "web\.1"/),
];

export const oneOffs: Flow[] = [
  flow("run 'echo hi $B' -a demo", /hi/),
  flow('run -x \'sh -c "exit 7"\' -a demo', undefined, {err: /Running sh -c "exit 7" on.*demo/, status: 7}),
  flow("run -x '(exit 0); echo fine' -a demo", /fine/),
  flow("run --no-tty 'cat; echo end' -a demo", /input\s*end/, {input: 'input'}),
  flow("run:detached 'sleep 30' -a demo", undefined, {
    err: /run\.\d+/,
    then: ['/apps/demo/dynos', /"command":"sleep 30"/],
  }),
  flow("run:inside web.1 'echo inside $DYNO' -a demo", /inside web\.1/),
  flow('run --size=huge ls -a demo', undefined, {
    err: /There is no dyno size huge/,
    status: 2,
    then: ['/apps/demo/dynos', /^(?!.*"command":"ls")/],
  }),
];

export const logs: Flow[] = [
  flow('logs -n 100 -a demo', /app\[api\]: Release v\d+ created by user/),
  flow('logs -d web.1 -n 1500 -a demo', /heroku\[web\.1\]/),
  flow('logs -s app -n 1500 -a demo', /app\[/),
  flow('logs -p web -n 1500 -a demo', /web\.1/),
  flow('drains:add https://logs.localhost/x -a demo', /Successfully added drain/, {
    then: ['/apps/demo/log-drains', /"url":"https:\/\/logs\.localhost\/x"/],
  }),
  flow('drains -a demo', /https:\/\/logs\.localhost\/x \(d\./),
  flow('drains:add ftp://x -a demo', undefined, {
    err: /is not a drain/,
    status: 2,
    then: ['/apps/demo/log-drains', /^(?!.*ftp)/],
  }),
  flow('drains:remove https://logs.localhost/x -a demo', /Successfully removed/, {
    then: ['/apps/demo/log-drains', /^\[\]$/],
  }),
];
