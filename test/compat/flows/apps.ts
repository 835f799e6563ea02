import type {Flow} from '../flow.js';
import {flow} from '../flow.js';

export const account: Flow[] = [
  flow('auth:whoami', /dyno@localhost/),
  flow('auth:token', /^[0-9a-f-]{20,}\n$/),
  flow('authorizations', /No OAuth authorizations/),
  flow('authorizations:create -d ci', /Token:/, {then: ['/oauth/authorizations', /"ci"/]}),
  flow('keys', undefined, {err: /no SSH keys/}),
  flow('status', /No known issues/),
  flow('regions', /eu\s+Europe\s+Common Runtime/),
  flow('regions --json', /"name": "us"/),
  flow('auth:2fa', /not enabled/),
  flow('keys:add key.pub', undefined, {err: /Uploading .*key\.pub SSH key/, then: ['/account/keys', /me@test/]}),
  flow('keys', /me@test/, {then: ['/account/keys', /me@test/]}),
  flow('keys:remove me@test', undefined, {err: /Removing me@test/, then: ['/account/keys', /^\[\]$/]}),
  flow('sessions', /No OAuth sessions/),
  flow('clients:create tool https://tool.test/', /HEROKU_OAUTH_ID=/, {then: ['/oauth/clients', /"tool"/]}),
  flow('clients', /tool/),
  flow('version', /heroku\/11\./),
];

export const apps: Flow[] = [
  flow('apps', /demo/, {then: ['/apps', /"name":"demo"/]}),
  flow('apps --json', /"name": "demo"/),
  flow('create blank', /http:\/\/blank\.localhost/, {then: ['/apps/blank/releases', /Enable Logplex/]}),
  flow('create Bad_Name', undefined, {
    err: /Name must start with a letter/,
    status: 2,
    then: ['/apps', /^(?!.*Bad_Name)/],
  }),
  flow('create blank', undefined, {err: /Name blank is already taken/, status: 2, then: ['/apps', /"name":"blank"/]}),
  flow('apps:info -a demo', /=== demo[\s\S]*Region:\s+us/),
  flow('apps:info -a demo --json', /"name": "demo"/),
  flow('apps:info -a nobody', undefined, {
    err: /Couldn't find that app/,
    status: 2,
    then: ['/apps/nobody', /"id":"not_found"/],
  }),
  flow('apps:rename empty -a blank', /http:\/\/empty\.localhost/, {
    err: /Renaming blank to empty/,
    then: ['/apps/empty', /"name":"empty"/],
  }),
  flow('stack -a demo', /\* heroku-24/),
  flow('maintenance -a demo', /off/),
  flow('maintenance:on -a demo', undefined, {
    err: /Enabling maintenance mode for.*demo/,
    then: ['/apps/demo', /"maintenance":true/],
  }),
  flow('maintenance:off -a demo', undefined, {
    err: /Disabling maintenance mode for.*demo/,
    then: ['/apps/demo', /"maintenance":false/],
  }),
  flow('apps:destroy -a empty', undefined, {err: /This will delete empty/, then: ['/apps/empty', /"name":"empty"/]}),
  flow('apps:destroy -a empty --confirm empty', undefined, {
    err: /Destroying empty/,
    then: ['/apps/empty', /"id":"not_found"/],
  }),
  flow('apps:info -a demo --shell', /git_url=https:\/\/localhost:\d+\/demo\.git/),
  flow('git:remote -a demo -r there', /set git remote there/),
];

export const config: Flow[] = [
  flow('config:set A=1 B=two -a demo', /A: 1\nB: two/, {
    err: /Setting A, B and restarting demo.*v4/,
    then: ['/apps/demo/config-vars', /^\{"A":"1","B":"two"\}$/],
  }),
  flow('config -a demo', /A: 1\nB: two/, {then: ['/apps/demo/config-vars', /"A":"1"/]}),
  flow('config --json -a demo', /"A": "1"/),
  flow('config --shell -a demo', /A=1/),
  flow('config:get A -a demo', /^1\n/),
  flow('config:unset A -a demo', undefined, {
    err: /Unsetting A and restarting demo.*v5/,
    then: ['/apps/demo/config-vars', /^\{"B":"two"\}$/],
  }),
  flow('config:edit -a demo', /\+ EDITED=yes/, {input: 'y\n', then: ['/apps/demo/config-vars', /"EDITED":"yes"/]}),
  flow('config:set 1A=x -a demo', undefined, {
    err: /not a name/,
    status: 2,
    then: ['/apps/demo/config-vars', /^(?!.*1A)/],
  }),
];
