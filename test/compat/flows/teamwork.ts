import type {Flow} from '../flow.js';
import {flow} from '../flow.js';

export const people: Flow[] = [
  flow('access -a demo', /owner/, {then: ['/apps/demo/collaborators', /"role":"owner"/]}),
  flow('access:add friend@example.com -a demo', undefined, {
    err: /Adding friend@example\.com access to the app.*demo/,
    then: ['/apps/demo/collaborators', /friend@example\.com/],
  }),
  flow('access:remove friend@example.com -a demo', undefined, {
    err: /Removing friend@example\.com/,
    then: ['/apps/demo/collaborators', /^(?!.*friend)/],
  }),
  flow('teams', /local\s+admin/, {then: ['/teams', /"name":"local"/]}),
  flow('members -t local', /admin/),
  flow('members:add new@example.com -r member -t local', undefined, {
    err: /Adding new@example\.com to local as member/,
    then: ['/teams/local/members', /new@example\.com/],
  }),
  flow('members:remove new@example.com -t local', undefined, {
    err: /Removing new@example\.com from local/,
    then: ['/teams/local/members', /^(?!.*new@example)/],
  }),
  flow('webhooks:add -i api:release -l notify -u http://127.0.0.1:9/ -a demo', /Webhooks Signing Secret/, {
    then: ['/apps/demo/webhooks', /"include":\["api:release"\]/],
  }),
  flow('webhooks -a demo', /api:release/, {then: ['/apps/demo/webhooks', /"level":"notify"/]}),
  flow('telemetry -a demo', /no telemetry drains/),
  flow('webhooks:events -a demo', /Event ID|has no events/),
  flow('webhooks:deliveries -a demo', /Delivery ID|has no deliveries/),
  flow('telemetry:add http://127.0.0.1:9/ -a demo --transport http --signals traces', /successfully added drain/, {
    then: ['/apps/demo/telemetry-drains', /"traces"/],
  }),
  flow('telemetry -a demo', /http:\/\/127\.0\.0\.1:9\//),
];

export const pipelines: Flow[] = [
  flow('create live', /live\.localhost/, {then: ['/apps/live', /"name":"live"/]}),
  flow('pipelines:create line -a demo -s staging', undefined, {
    err: /Adding demo to line pipeline as staging/,
    then: ['/apps/demo/pipeline-couplings', /"staging"/],
  }),
  flow('pipelines:add line -a live -s production', undefined, {
    err: /Adding live to line pipeline as production/,
    then: ['/apps/live/pipeline-couplings', /"production"/],
  }),
  flow('pipelines', /line/),
  flow('pipelines:info line', /demo\s+staging/),
  flow('pipelines:promote -a demo', /succeeded/i, {then: ['/apps/live/releases', /Promote demo v\d+/]}),
  flow('pipelines:update -a demo -s development', undefined, {
    err: /Changing demo to development/,
    then: ['/pipeline-couplings', /"development"/],
  }),
  flow('pipelines:remove -a live', undefined, {
    err: /Removing live/,
    then: ['/pipeline-couplings', /^(?!.*"production")/],
  }),
  flow('pipelines:rename line row', undefined, {err: /Renaming line pipeline to row/, then: ['/pipelines', /"row"/]}),
  flow('pipelines:destroy row', undefined, {err: /Destroying row pipeline/, then: ['/pipelines', /^\[\]$/]}),
];

export const addonsAndSpaces: Flow[] = [
  flow('addons -a demo', /No add-ons for app demo/),
  flow('addons --all', /No add-ons/),
  flow('addons:create heroku-postgresql -a demo', undefined, {
    err: /Couldn't find that add-on service/,
    status: 2,
    then: ['/apps/demo/addons', /^\[\]$/],
  }),
  flow('addons:info nothing -a demo', undefined, {err: /Couldn't find that add-on/, status: 2}),
  flow('spaces', undefined, {err: /do not have access to any spaces/, status: 2, then: ['/spaces', /^\[\]$/]}),
  flow('spaces:create --space acme --team local', undefined, {
    err: /cannot isolate a private space/,
    status: 2,
    then: ['/spaces', /^\[\]$/],
  }),
  flow('addons:docs heroku-redis', undefined, {err: /Couldn't find that add-on/, status: 2}),
  flow('addons:services', /Slug/),
  flow('addons:destroy nothing -a demo --confirm demo', undefined, {
    err: /Couldn't find that add-on/,
    status: 2,
    then: ['/addons/nothing', /"resource":"add_on"/],
  }),
];
