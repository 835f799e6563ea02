import type {Flow} from '../flow.js';
import {flow} from '../flow.js';

export const releases: Flow[] = [
  flow('releases -a demo', /=== demo Releases - Current: v\d+[\s\S]*Set A, B config vars/),
  flow('releases --json -a demo', /"version": 1/),
  flow('releases -n 1 -a demo', /v\d+/),
  flow('releases:info -a demo', /=== Release v\d+/),
  flow('releases:info v1 -a demo', /Initial release/),
  flow('rollback v3 -a demo', undefined, {
    err: /Rolling back demo to v3/,
    then: ['/apps/demo/releases', /Rollback to v3/],
  }),
  flow('rollback v1 -a demo', undefined, {
    err: /no code that ran/,
    status: 2,
    then: ['/apps/demo/releases', /^(?!.*Rollback to v1)/],
  }),
  flow('releases:retry -a demo', undefined, {
    err: /must have a release-phase command/,
    status: 2,
    then: ['/apps/demo/releases', /^(?!.*Retry)/],
  }),
];

export const domains: Flow[] = [
  flow('domains:add www.example.com -a demo', undefined, {
    err: /Adding www\.example\.com/,
    then: ['/apps/demo/domains/www.example.com', /"hostname":"www\.example\.com"/],
  }),
  flow('domains -a demo', /demo\.localhost[\s\S]*www\.example\.com/),
  flow('domains:info www.example.com -a demo', /hostname:\s+www\.example\.com/),
  flow('domains:add nonsense -a demo', undefined, {
    err: /cannot be added/,
    status: 2,
    then: ['/apps/demo/domains', /^(?!.*nonsense)/],
  }),
  flow('certs -a demo', /no SSL certificates/i),
  flow('certs:auto:enable -a demo', undefined, {
    err: /Enabling Automatic Certificate Management/,
    then: ['/apps/demo', /"acm":true/],
  }),
  flow('certs -a demo', /www\.example\.com/),
  flow('certs:auto:disable -a demo --confirm demo', undefined, {
    err: /Disabling Automatic Certificate Management/,
    then: ['/apps/demo', /"acm":false/],
  }),
  flow('domains:remove www.example.com -a demo', undefined, {
    err: /Removing www\.example\.com/,
    then: ['/apps/demo/domains', /^(?!.*www\.example\.com)/],
  }),
  flow('certs:add server.crt server.key -a demo', undefined, {
    err: /Adding SSL certificate to demo/,
    then: ['/apps/demo/sni-endpoints', /self_signed|secure\.test/],
  }),
  flow('certs:info -a demo', /secure\.test/, {then: ['/apps/demo/sni-endpoints', /secure\.test/]}),
  flow('certs:update server.crt server.key -a demo --confirm demo', undefined, {
    err: /Updating SSL certificate/,
    then: ['/apps/demo/sni-endpoints', /secure\.test/],
  }),
  flow('certs:remove -a demo --confirm demo', undefined, {
    err: /Removing SSL certificate/,
    then: ['/apps/demo/sni-endpoints', /^\[\]$/],
  }),
  flow('domains:add *.wild.test -a demo', undefined, {
    err: /Adding \*\.wild\.test/,
    then: ['/apps/demo/domains', /\*\.wild\.test/],
  }),
  flow('domains:wait *.wild.test -a demo', /^$/),
  flow('domains:clear -a demo', undefined, {
    err: /Removing all domains/,
    then: ['/apps/demo/domains', /^(?!.*wild\.test)/],
  }),
];

export const features: Flow[] = [
  flow('features -a demo', /\[ \] preboot/),
  flow('features:enable preboot -a demo', undefined, {
    err: /Enabling preboot for.*demo/,
    then: ['/apps/demo/features/preboot', /"enabled":true/],
  }),
  flow('features:info preboot -a demo', /Enabled:\s+true/, {
    then: ['/apps/demo/features/preboot', /"enabled":true/],
  }),
  flow('features:disable preboot -a demo', undefined, {
    err: /Disabling preboot for.*demo/,
    then: ['/apps/demo/features/preboot', /"enabled":false/],
  }),
  flow('labs -a demo', /log-runtime-metrics/),
  flow('labs:enable log-runtime-metrics -a demo', undefined, {
    err: /Enabling log-runtime-metrics/,
    then: ['/apps/demo/features/log-runtime-metrics', /"enabled":true/],
  }),
  flow('labs:enable nothing -a demo', undefined, {
    err: /Couldn't find that feature/,
    status: 2,
    then: ['/apps/demo/features/nothing', /"id":"not_found"/],
  }),
  flow('buildpacks -a demo', /no Buildpack/),
  flow('buildpacks:set https://example.com/pack.git -a demo', /Buildpack set/, {
    then: ['/apps/demo/buildpack-installations', /pack\.git/],
  }),
  flow('buildpacks:add https://example.com/other.git -a demo', /2\. https:\/\/example\.com\/other\.git/, {
    then: ['/apps/demo/buildpack-installations', /other\.git/],
  }),
  flow('buildpacks:remove https://example.com/other.git -a demo', /Buildpack removed/, {
    then: ['/apps/demo/buildpack-installations', /^(?!.*other\.git)/],
  }),
  flow('buildpacks:clear -a demo', /Buildpacks cleared/, {then: ['/apps/demo/buildpack-installations', /^\[\]$/]}),
  flow('labs:info log-runtime-metrics -a demo', /Enabled:\s+true/),
  flow('labs:disable log-runtime-metrics -a demo', undefined, {
    err: /Disabling log-runtime-metrics/,
    then: ['/apps/demo/features/log-runtime-metrics', /"enabled":false/],
  }),
  flow('stack:set heroku-22 -a demo', undefined, {
    err: /Setting stack to heroku-22/,
    then: ['/apps/demo', /"build_stack":\{[^}]*"heroku-22"/],
  }),
  flow('stack:set heroku-24 -a demo', undefined, {
    err: /Setting stack to heroku-24/,
    then: ['/apps/demo', /"build_stack":\{[^}]*"heroku-24"/],
  }),
];
