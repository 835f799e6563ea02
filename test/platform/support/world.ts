import type {Route} from '../../../src/platform/http/route.js';
import {Authority} from '../../../src/certificates/authority.js';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {pack} from 'tar-stream';
import {until} from '../../support/until.js';
import type {TestPlatform} from './test-platform.js';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0v6yaqsVVp6AlcKq0TFjKBTHjFf5DDzYMbcP5vhpZ1';

/** One of everything, so that every route has something to answer with. */
export interface World {
  requestFor(route: Route): {path: string; body?: unknown};
  /** the answer has to be that there is none */
  isAbsent(route: Route): boolean;
  /** an empty list is the truth */
  isEmpty(route: Route): boolean;
}

export async function fillWorld(platform: TestPlatform): Promise<World> {
  const api = platform;
  await api.appWithCode('demo', {web: 'node web.js', worker: 'node worker.js', release: 'migrate'});
  await api.ok('PATCH', '/apps/demo/config-vars', {FOO: 'bar'});
  await api.ok('PUT', '/apps/demo/buildpack-installations', {updates: [{buildpack: 'heroku/nodejs'}]});
  await api.appWithCode('other', {web: 'node web.js'});
  const app = await api.ok('GET', '/apps/demo');
  const other = await api.ok('GET', '/apps/other');
  await api.ok('POST', '/teams', {name: 'crew'});
  const member = await api.ok('PUT', '/teams/crew/members', {email: 'crew@example.com', role: 'member'});
  await api.ok('POST', '/teams/apps', {name: 'crewed', team: 'crew'});
  await api.ok('POST', '/teams/apps', {name: 'coupled', team: 'crew'});
  const space = await api.ok('POST', '/spaces', {
    name: 'acme',
    team: 'local',
    log_drain_url: 'https://logs.example.com/x',
  });
  for (let state = space.state; state !== 'allocated';) ({state} = await api.ok('GET', '/spaces/acme'));
  await api.ok('POST', '/teams/apps', {name: 'inside', space: 'acme'});
  await api.deploy('inside', {web: 'node web.js'});
  await api.ok('POST', '/teams/apps', {name: 'spare', team: 'local'});

  const authority = new Authority(join(platform.home.root, 'test-ca'), Date.now);
  const {chain, privateKey} = await authority.certificateFor(['www.example.com']);
  const pem = {certificate_chain: chain, private_key: privateKey};
  const endpoint = await api.ok('POST', '/apps/demo/sni-endpoints', pem);
  const domain = await api.ok('POST', '/apps/demo/domains', {hostname: 'www.example.com', sni_endpoint: endpoint.name});
  const drain = await api.ok('POST', '/apps/demo/log-drains', {url: 'https://logs.example.com/1'});
  const collaborator = await api.ok('POST', '/apps/demo/collaborators', {user: 'friend@example.com'});
  const second = await api.ok('POST', '/apps/demo/collaborators', {user: 'second@example.com'});
  const key = await api.ok('POST', '/account/keys', {public_key: `${KEY} me@here`});
  const authorization = await api.ok('POST', '/oauth/authorizations', {scope: ['global']});
  const client = await api.ok('POST', '/oauth/clients', {name: 'c', redirect_uri: 'http://localhost/'});
  const exporter = {type: 'otlphttp', endpoint: 'http://localhost:4318', headers: {}};
  const telemetry = {owner: {id: app.id, type: 'app'}, signals: ['logs'], exporter};
  const telemetryDrain = await api.ok('POST', '/telemetry-drains', telemetry);
  const spaceTelemetry = {...telemetry, owner: {id: space.id, type: 'space'}};
  await api.ok('POST', '/telemetry-drains', spaceTelemetry);
  const hook = {include: ['api:release'], level: 'notify', url: 'http://127.0.0.1:9/hook'};
  const webhook = await api.ok('POST', '/apps/demo/webhooks', hook);
  await api.ok('PATCH', '/apps/demo/config-vars', {FOO: 'baz'});
  const [event] = await api.ok('GET', '/apps/demo/webhook-events');
  const [delivery] = await api.ok('GET', '/apps/demo/webhook-deliveries');
  const pipeline = await api.ok('POST', '/pipelines', {name: 'line'});
  const coupling = await api.ok('POST', '/pipeline-couplings', {app: 'demo', pipeline: pipeline.id, stage: 'staging'});
  await api.ok('POST', '/pipeline-couplings', {app: 'other', pipeline: pipeline.id, stage: 'production'});
  await api.ok('POST', '/pipeline-couplings', {app: 'coupled', pipeline: pipeline.id, stage: 'review'});
  const promote = {pipeline: {id: pipeline.id}, source: {app: {id: app.id}}, targets: [{app: {id: other.id}}]};
  const promotion = await api.ok('POST', '/pipeline-promotions', promote);
  await api.ok('POST', '/apps/demo/dynos', {command: 'bash'});
  const rulesets = await api.ok('GET', '/spaces/acme/inbound-rulesets');
  const {release} = (await api.ok('GET', '/apps/demo/dynos'))[0];
  const {source_blob: source} = await api.ok('POST', '/sources');
  await putArchive(source.put_url);
  const build = await api.ok('POST', '/apps/demo/builds', {source_blob: {url: source.get_url, version: 'v1'}});
  const built = () => api.ok('GET', `/apps/demo/builds/${build.id}`);
  await until('a finished build', async () => (await built()).status !== 'pending');

  const parameters: Record<string, string> = {
    ...{app: 'demo', user: '~', space: 'acme', team: 'crew', region: 'us', stack: 'heroku-24', size: 'eco'},
    ...{
      feature: 'preboot',
      release: String(release.version),
      type: 'web',
      dyno: 'web.1',
      request: 'r-1',
      session: 's-1',
    },
    ...{domain: domain.hostname, endpoint: endpoint.name, drain: drain.id, collaborator: collaborator.user.email},
    ...{key: key.id, authorization: authorization.id, client: client.id, member: member.email, webhook: webhook.id},
    ...{delivery: delivery.id, event: event.id, pipeline: pipeline.id, coupling: coupling.id, promotion: promotion.id},
    ...{
      ruleset: rulesets[0].id,
      build: build.id,
      slug: (await built()).slug.id,
      generation: 'cedar',
      addon: 'x',
      attachment: 'x',
      service: 'x',
      vpn: 'x',
    },
  };
  const bodies: Record<string, unknown> = {
    'POST /apps': {name: 'made'},
    'POST /teams/apps': {name: 'made-too', team: 'crew'},
    'PATCH /apps/:app': {maintenance: true},
    'PATCH /apps/:app/config-vars': {A: '1'},
    'PATCH /apps/:app/features/:feature': {enabled: true},
    'PATCH /apps/:app/formation': {updates: [{type: 'web', quantity: 2}]},
    'PATCH /apps/:app/formation/:type': {quantity: 1},
    'POST /apps/:app/releases': {release: String(release.version)},
    'POST /apps/:app/dynos': {command: 'bash', attach: true},
    'POST /apps/:app/dynos/:dyno': {command: 'bash'},
    'POST /apps/:app/log-sessions': {lines: 10},
    'POST /apps/:app/log-drains': {url: 'https://logs.example.com/2'},
    'PUT /apps/:app/log-drains/:drain': {url: 'https://logs.example.com/3'},
    'PUT /apps/:app/buildpack-installations': {updates: [{buildpack: 'heroku/nodejs'}]},
    'POST /apps/:app/domains': {hostname: 'shop.example.com', sni_endpoint: null},
    'PATCH /apps/:app/domains/:domain': {sni_endpoint: null},
    'POST /apps/:app/sni-endpoints': pem,
    'PATCH /apps/:app/sni-endpoints/:endpoint': pem,
    'POST /apps/:app/collaborators': {user: 'third@example.com'},
    'POST /teams/apps/:app/collaborators': {user: 'fourth@example.com'},
    'PATCH /teams/apps/:app/collaborators/:collaborator': {permissions: ['view']},
    'POST /apps/:app/webhooks': hook,
    'PATCH /apps/:app/webhooks/:webhook': {level: 'sync'},
    'POST /account/keys': {public_key: `${KEY.slice(0, -1)}2`},
    'POST /users/~/keys': {public_key: `${KEY.slice(0, -1)}3`},
    'POST /oauth/authorizations': {scope: ['global'], expires_in: 60},
    'POST /oauth/clients': {name: 'd', redirect_uri: 'http://localhost/'},
    'PATCH /oauth/authorizations/:authorization': {description: 'changed', client: {}},
    'PATCH /oauth/clients/:client': {name: 'e'},
    'PATCH /teams/apps/:app': {locked: true},
    'POST /telemetry-drains': telemetry,
    'PATCH /telemetry-drains/:drain': {signals: ['traces']},
    'POST /teams': {name: 'more'},
    'PATCH /teams/:team': {name: 'crew'},
    'PUT /teams/:team/members': {email: 'new@example.com', role: 'member'},
    'POST /teams/:team/members': {email: 'newer@example.com', role: 'admin'},
    'PATCH /teams/:team/members': {email: 'new@example.com', role: 'admin'},
    'POST /spaces': {name: 'second', team: 'local', cidr: '10.77.0.0/16'},
    'PATCH /spaces/:space': {name: 'acme'},
    'POST /spaces/:space/transfer': {new_owner: 'local'},
    'PUT /spaces/:space/inbound-ruleset': {rules: [{action: 'allow', source: '203.0.113.0/24'}]},
    'PUT /spaces/:space/log-drain': {url: 'https://logs.example.com/y'},
    'PATCH /spaces/:space/vpn-connections/:vpn': {routable_cidrs: ['10.9.0.0/16']},
    'PATCH /spaces/:space/members/:member': {permissions: [{name: 'create_apps'}]},
    'POST /account/app-transfers': {app: 'demo', recipient: 'friend@example.com'},
    'PATCH /account/app-transfers/:transfer': {state: 'accepted'},
    'PUT /teams/:team/invitations': {email: 'new@example.com', role: 'member'},
    'POST /apps/:app/builds': {source_blob: {url: source.get_url, version: 'v1'}},
    'POST /apps/:app/slugs': {process_types: {web: 'node web.js'}},
    'POST /spaces/:space/peerings': {pcx_id: 'pcx-123456789'},
    'POST /spaces/:space/vpn-connections': {name: 'v', public_ip: '203.0.113.1', routable_cidrs: ['10.9.0.0/16']},
    'POST /pipelines': {name: 'second-line'},
    'PATCH /pipelines/:pipeline': {name: 'line'},
    'POST /pipeline-couplings': {app: 'crewed', pipeline: pipeline.id, stage: 'development'},
    'PATCH /pipeline-couplings/:coupling': {stage: 'staging'},
    'POST /pipeline-promotions': promote,
    'POST /filters/apps': {in: {id: [app.id]}},
    'POST /local/visits': {from: '203.0.113.9', url: 'http://demo.localhost/'},
    'PUT /local/spaces/:space/proxies': {proxies: ['192.0.2.10']},
    'POST /local/clock': {advance_ms: 1000},
    'POST /local/apps/:app/chaos': {kind: 'kill'},
    'POST /local/apps/:app/dynos/:dyno/resize': {session: 's-1', columns: 80, rows: 24},
    'POST /actions/addons/resolve': {addon: 'x'},
    'POST /actions/addon-attachments/resolve': {addon_attachment: 'x'},
    'POST /apps/:app/addons': {plan: 'heroku-postgresql'},
    'PATCH /apps/:app/addons/:addon': {plan: 'x'},
    'PATCH /account/features/:feature': {enabled: true},
  };
  const [{user: owner}] = await api.ok('GET', '/spaces/acme/members');

  /** Where the usual one is gone by then, or is not the right one. */
  const paths: Record<string, string> = {
    'DELETE /apps/:app': '/apps/spare',
    'DELETE /teams/:team': '/teams/more',
    'DELETE /spaces/:space': '/spaces/second',
    'GET /spaces/:space/members/:member': `/spaces/acme/members/${owner.email}`,
    'PATCH /spaces/:space/members/:member': `/spaces/acme/members/${owner.id}`,
    'DELETE /users/~/keys/:key': '/users/~/keys/SHA256:none',
    'DELETE /teams/apps/:app/collaborators/:collaborator': `/teams/apps/demo/collaborators/${second.id}`,
    'GET /telemetry-drains/:drain': `/telemetry-drains/${telemetryDrain.id}`,
    'PATCH /telemetry-drains/:drain': `/telemetry-drains/${telemetryDrain.id}`,
    'DELETE /telemetry-drains/:drain': `/telemetry-drains/${telemetryDrain.id}`,
    'DELETE /pipelines/:pipeline': '/pipelines/second-line',
    'PATCH /teams/apps/:app': '/teams/apps/crewed',
  };
  const name = (route: Route) => `${route.method} ${route.path}`;
  return {
    requestFor(route) {
      const filled = route.path.replace(/:(\w+)/g, (_, parameter: string) =>
        encodeURIComponent(parameters[parameter] ?? 'x'),
      );
      const body = bodies[name(route)];
      return {path: paths[name(route)] ?? filled, ...(body === undefined ? {} : {body})};
    },
    isAbsent: ({method, path}) =>
      (/:addon|:attachment|:service|:vpn|:peering|:transfer|:invitation|:plan|\/actions\/addon|\/account\/features\/|\/features\/:feature$|\/repo$/.test(
        path,
      ) &&
        !/^\/apps\/:app\/features/.test(path)) ||
      [
        'POST /apps/:app/addons',
        'POST /account/app-transfers',
        'PUT /teams/:team/invitations',
        'POST /spaces/:space/peerings',
        'POST /spaces/:space/vpn-connections',
        'DELETE /oauth/sessions/:session',
        'DELETE /users/~/keys/:key',
      ].includes(`${method} ${path}`),
    isEmpty: ({path}) =>
      /addon|peerings|vpn-|app-transfers|\/account\/features|\/teams\/:team\/(features|invitations|spaces)/.test(path),
  };
}

/** A source with a Procfile. */
async function putArchive(url: string): Promise<void> {
  const archive = pack();
  archive.entry({name: 'Procfile'}, 'web: node web.js\n');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  await fetch(url, {method: 'PUT', body: gzipSync(Buffer.concat(chunks))});
}
