import type {Flow} from '../flow.js';
import {flow} from '../flow.js';

/** From the first to the last day of a private space. */
export const spaces: Flow[] = [
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
  flow('spaces:topology acme', /=== inside\s+Domains: inside\.localhost/),
  flow('spaces:ps acme', /^$/),
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
