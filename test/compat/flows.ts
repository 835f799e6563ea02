/** One use of the official CLI: what is typed, what it has to print, how it has to end. */
export interface Flow {
  type: string;
  out?: RegExp;
  err?: RegExp;
  status?: number;
  input?: string;
  /** call of the API, and what its answer has to hold afterwards */
  then?: [path: string, effect: RegExp];
}

const flow = (type: string, out?: RegExp, more: Omit<Flow, 'type' | 'out'> = {}): Flow => ({
  type,
  ...(out ? {out} : {}),
  ...more,
});

/** In order: later ones stand on earlier ones. `demo` has code from the start; `blank` is made here. */
export const groups: Record<string, Flow[]> = {
  account: [
    flow('auth:whoami', /dyno@localhost/),
    flow('auth:token', /./),
    flow('authorizations', /No OAuth authorizations/),
    flow('authorizations:create -d ci', /Token:/, {then: ['/oauth/authorizations', /"ci"/]}),
    flow('keys', undefined, {err: /no SSH keys/}),
    flow('status', /No known issues/),
    flow('regions', /eu\s+Europe\s+Common Runtime/),
    flow('regions --json', /"name": "us"/),
  ],
  apps: [
    flow('apps', /demo/),
    flow('apps --json', /"name": "demo"/),
    flow('create blank', /http:\/\/blank\.localhost/, {then: ['/apps/blank/releases', /Enable Logplex/]}),
    flow('create Bad_Name', undefined, {err: /Name must start with a letter/, status: 2}),
    flow('create blank', undefined, {err: /Name blank is already taken/, status: 2}),
    flow('apps:info -a demo', /=== demo[\s\S]*Region:\s+us/),
    flow('apps:info -a demo --json', /"name": "demo"/),
    flow('apps:info -a nobody', undefined, {err: /Couldn't find that app/, status: 2}),
    flow('apps:rename empty -a blank', /http:\/\/empty\.localhost/, {err: /Renaming blank to empty/}),
    flow('stack -a demo', /\* heroku-24/),
    flow('maintenance -a demo', /off/),
    flow('maintenance:on -a demo', undefined, {then: ['/apps/demo', /"maintenance":true/]}),
    flow('maintenance:off -a demo', undefined, {then: ['/apps/demo', /"maintenance":false/]}),
    flow('apps:destroy -a empty', undefined, {err: /This will delete empty/, then: ['/apps/empty', /"name":"empty"/]}),
    flow('apps:destroy -a empty --confirm empty', undefined, {err: /Destroying empty/}),
  ],
  config: [
    flow('config:set A=1 B=two -a demo', /A: 1\nB: two/, {err: /v4/}),
    flow('config -a demo', /A: 1\nB: two/),
    flow('config --json -a demo', /"A": "1"/),
    flow('config --shell -a demo', /A=1/),
    flow('config:get A -a demo', /^1\n/),
    flow('config:unset A -a demo', undefined, {then: ['/apps/demo/config-vars', /^\{"B":"two"\}$/]}),
    flow('config:set 1A=x -a demo', undefined, {err: /not a name/, status: 2}),
  ],
  processes: [
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
  ],
  releases: [
    flow('releases -a demo', /=== demo Releases - Current: v\d+[\s\S]*Set A, B config vars/),
    flow('releases --json -a demo', /"version": 1/),
    flow('releases -n 1 -a demo', /v\d+/),
    flow('releases:info -a demo', /=== Release v\d+/),
    flow('releases:info v1 -a demo', /Initial release/),
    flow('rollback v3 -a demo', undefined, {
      err: /Rolling back demo to v3/,
      then: ['/apps/demo/releases', /Rollback to v3/],
    }),
    flow('rollback v1 -a demo', undefined, {err: /no code that ran/, status: 2}),
  ],
  logs: [
    flow('logs -n 100 -a demo', /app\[api\]: Release v\d+ created by user/),
    flow('logs -d web.1 -n 1500 -a demo', /heroku\[web\.1\]/),
    flow('logs -s app -n 1500 -a demo', /app\[/),
    flow('logs -p web -n 1500 -a demo', /web\.1/),
    flow('drains:add https://logs.example.com/x -a demo', /Successfully added drain/),
    flow('drains -a demo', /https:\/\/logs\.example\.com\/x \(d\./),
    flow('drains:add ftp://x -a demo', undefined, {err: /is not a drain/, status: 2}),
    flow('drains:remove https://logs.example.com/x -a demo', /Successfully removed/),
  ],
  'one-offs': [
    flow("run 'sleep 2; echo hi $B; sleep 1' -a demo", /hi/),
    flow('run -x \'sh -c "sleep 2; exit 7"\' -a demo', undefined, {status: 7}),
    flow("run --no-tty 'cat; echo end' -a demo", /input\s*end/, {input: 'input'}),
    flow("run:detached 'echo detached' -a demo", undefined, {err: /run\.\d+/}),
    flow("run:inside web.1 'echo inside $DYNO; sleep 1' -a demo", /inside web\.1/),
    flow('run --size=huge ls -a demo', undefined, {err: /There is no dyno size huge/, status: 2}),
  ],
  domains: [
    flow('domains:add www.example.com -a demo', undefined, {err: /Adding www\.example\.com/}),
    flow('domains -a demo', /demo\.localhost[\s\S]*www\.example\.com/),
    flow('domains:info www.example.com -a demo', /hostname:\s+www\.example\.com/),
    flow('domains:add nonsense -a demo', undefined, {err: /cannot be added/, status: 2}),
    flow('certs -a demo', /no SSL certificates/i),
    flow('certs:auto:enable -a demo', undefined, {then: ['/apps/demo', /"acm":true/]}),
    flow('certs -a demo', /www\.example\.com/),
    flow('certs:auto:disable -a demo --confirm demo', undefined, {then: ['/apps/demo', /"acm":false/]}),
    flow('domains:remove www.example.com -a demo', undefined, {err: /Removing www\.example\.com/}),
    flow('domains:clear -a demo', undefined, {}),
  ],
  features: [
    flow('features -a demo', /\[ \] preboot/),
    flow('features:enable preboot -a demo', undefined, {then: ['/apps/demo/features/preboot', /"enabled":true/]}),
    flow('features:info preboot -a demo', /Enabled:\s+true/),
    flow('features:disable preboot -a demo', undefined, {then: ['/apps/demo/features/preboot', /"enabled":false/]}),
    flow('labs -a demo', /log-runtime-metrics/),
    flow('labs:enable log-runtime-metrics -a demo', undefined, {err: /Enabling log-runtime-metrics/}),
    flow('labs:enable nothing -a demo', undefined, {err: /Couldn't find that feature/, status: 2}),
    flow('buildpacks -a demo', /no Buildpack/),
    flow('buildpacks:set https://example.com/pack.git -a demo', /Buildpack set/),
    flow('buildpacks:add https://example.com/other.git -a demo', /2\. https:\/\/example\.com\/other\.git/),
    flow('buildpacks:remove https://example.com/other.git -a demo', /Buildpack removed/),
    flow('buildpacks:clear -a demo', /Buildpacks cleared/),
  ],
  people: [
    flow('access -a demo', /owner/),
    flow('access:add friend@example.com -a demo', undefined, {
      then: ['/apps/demo/collaborators', /friend@example\.com/],
    }),
    flow('access:remove friend@example.com -a demo', undefined, {err: /Removing friend@example\.com/}),
    flow('teams', /local\s+admin/),
    flow('members -t local', /admin/),
    flow('members:add new@example.com -r member -t local', undefined, {
      then: ['/teams/local/members', /new@example\.com/],
    }),
    flow('members:remove new@example.com -t local', undefined, {}),
    flow('webhooks:add -i api:release -l notify -u http://127.0.0.1:9/ -a demo', /Webhooks Signing Secret/),
    flow('webhooks -a demo', /api:release/),
    flow('telemetry -a demo', /no telemetry drains/),
  ],
  pipelines: [
    flow('create live', /live\.localhost/),
    flow('pipelines:create line -a demo -s staging', undefined, {err: /Adding demo to line pipeline as staging/}),
    flow('pipelines:add line -a live -s production', undefined, {err: /Adding live to line pipeline as production/}),
    flow('pipelines', /line/),
    flow('pipelines:info line', /demo\s+staging/),
    flow('pipelines:promote -a demo', /succeeded/i, {then: ['/apps/live/releases', /Promote demo v\d+/]}),
    flow('pipelines:remove -a live', undefined, {err: /Removing live/}),
    flow('pipelines:rename line row', undefined, {then: ['/pipelines', /"row"/]}),
    flow('pipelines:destroy row', undefined, {err: /Destroying row pipeline/}),
  ],
  'add-ons and spaces': [
    flow('addons -a demo', /No add-ons for app demo/),
    flow('addons --all', /No add-ons/),
    flow('addons:create heroku-postgresql -a demo', undefined, {err: /Couldn't find that add-on service/, status: 2}),
    flow('addons:info nothing -a demo', undefined, {err: /Couldn't find that add-on/, status: 2}),
    flow('spaces', undefined, {err: /do not have access to any spaces/, status: 2}),
    flow('spaces:create --space acme --team local', undefined, {err: /cannot isolate a private space/, status: 2}),
  ],
};
