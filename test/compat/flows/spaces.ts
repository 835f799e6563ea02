import type {Flow} from '../flow.js';
import {flow} from '../flow.js';

/** A private space begins. */
export const spacesBegin: Flow[] = [
  flow('spaces:create acme --team local', /=== acme[\s\S]*Region:\s+virginia/, {
    err: /Creating space acme in team local/,
    then: ['/spaces', /"acme"/],
  }),
  flow('spaces:wait acme', /State:\s+allocated/),
  flow('spaces', /acme\s+local\s+virginia\s+allocated/),
  flow('spaces:info acme', /Outbound IPs: \d+\.\d+\.\d+\.\d+, /),
  flow('trusted-ips acme', /0\.0\.0\.0\/0/),
  flow('trusted-ips:add 203.0.113.0/24 --space acme', /Added 203\.0\.113\.0\/24/, {
    then: ['/spaces/acme/inbound-ruleset', /203\.0\.113\.0\/24/],
  }),
  flow('trusted-ips:remove 203.0.113.0/24 --space acme', /Removed 203\.0\.113\.0\/24/, {
    then: ['/spaces/acme/inbound-ruleset', /^(?!.*203\.0\.113)/],
  }),
  flow('apps:create inside --space acme --no-remote', /inside\.localhost/, {then: ['/apps/inside', /"name":"acme"/]}),
  flow('apps --space acme', /inside \(virginia\)/),
];

/** `inside` has code and runs: terminals come by an https upgrade and the user's own ssh (platform-api.md 5.3). */
export const spacesWithCode: Flow[] = [
  flow(
    'spaces:topology acme',
    /=== inside \(web\)\s+Domains: inside\.localhost\s+Dynos:\s+web\.1 - \d+\.\d+\.\d+\.\d+/,
  ),
  flow('spaces:ps acme', /=== inside web[\s\S]*web\.1: (up|starting)/),
  flow("run 'echo hi $DYNO' -a inside", /hi run\.\d+/),
  flow('run -x \'sh -c "exit 7"\' -a inside', undefined, {err: /Running sh -c "exit 7" on.*inside/, status: 7}),
  flow("run --no-tty 'cat; echo end' -a inside", /input\s*end/, {input: 'input'}),
  flow("run:inside web.1 'echo inside $DYNO' -a inside", /inside web\.1/),
  flow('trusted-ips:remove 0.0.0.0/0 --space acme', /Removed 0\.0\.0\.0\/0/, {
    then: ['/spaces/acme/inbound-ruleset', /"rules":\[\]/],
  }),
  flow("run 'echo hi' -a inside", undefined, {err: /can't access this space from your IP address/, status: 1}),
  flow('trusted-ips:add 0.0.0.0/0 --space acme', /Added 0\.0\.0\.0\/0/, {
    then: ['/spaces/acme/inbound-ruleset', /0\.0\.0\.0\/0/],
  }),
];

/** The last days of it. */
export const spacesEnd: Flow[] = [
  flow('spaces:drains:set https://logs.localhost/ --space acme', /Successfully set drain/, {
    then: ['/spaces/acme/log-drain', /https:\/\/logs\.localhost\//],
  }),
  flow('spaces:drains:get --space acme', /https:\/\/logs\.localhost\/ \(d\./),
  flow('spaces:hosts acme', /Host ID/),
  flow('spaces:rename --from acme --to umbra', undefined, {
    err: /Renaming space from acme to umbra/,
    then: ['/spaces', /"umbra"/],
  }),
  flow('spaces:destroy umbra', /To proceed, type umbra/, {then: ['/spaces', /"umbra"/]}),
  flow('spaces:destroy umbra --confirm umbra', undefined, {err: /./, status: 2, then: ['/spaces', /"umbra"/]}),
  flow('apps:destroy -a inside --confirm inside', undefined, {err: /Destroying.*inside/, then: ['/apps', /^\[\]$/]}),
  flow('spaces:destroy umbra --confirm umbra', undefined, {
    err: /Destroying space umbra/,
    then: ['/spaces', /^\[\]$|"state":"deleting"/],
  }),
];
