import {expect} from 'chai';
import {until} from '../support/until.js';
import {account} from './flows/apps.js';
import {domains, features} from './flows/releases.js';
import {addonsAndSpaces, people, pipelines} from './flows/teamwork.js';
import {describeFlows} from './flow.js';
import type {Flow} from './flow.js';
import {Workplace} from './workplace.js';

/** In order: later ones stand on earlier ones. `demo` has code from the start. */
const groups: Record<string, Flow[]> = {
  account,
  domains,
  features,
  people,
  pipelines,
  'add-ons and spaces': addonsAndSpaces,
};

/** What surrounds apps, against a whole installation of its own; started by script/compat. */
describe('the official heroku CLI, around apps', function () {
  this.timeout(240_000);
  let place: Workplace;

  before(async () => {
    place = await Workplace.open('process');
    await place.demo();
  });
  after(() => place?.close());

  const heroku = (flow: Flow) => place.prove(flow);

  describeFlows(groups, heroku);

  describe('what has a name of its own', () => {
    it('heroku webhooks:info, :update, :remove', async () => {
      const [hook] = JSON.parse(await place.api('/apps/demo/webhooks')) as [{id: string}];
      await heroku({type: `webhooks:info ${hook.id} -a demo`, out: /api:release/});
      const changed = `webhooks:update ${hook.id} -i api:build -l sync -u http://127.0.0.1:9/ -a demo`;
      await heroku({type: changed, then: ['/apps/demo/webhooks', /api:build/]});
      await heroku({type: `webhooks:remove ${hook.id} -a demo`, then: ['/apps/demo/webhooks', /^\[\]$/]});
    });

    it('heroku domains:update gives a domain its certificate', async () => {
      await heroku({type: 'certs:add server.crt server.key -a demo'});
      await heroku({type: 'domains:add secure.test -a demo'});
      const [{name}] = JSON.parse(await place.api('/apps/demo/sni-endpoints')) as [{name: string}];
      const then: Flow['then'] = ['/apps/demo/domains/secure.test', new RegExp(`"name":"${name}"`)];
      await heroku({type: `domains:update secure.test --cert ${name} -a demo`, then});
    });

    it('heroku telemetry:remove', async () => {
      const [drain] = JSON.parse(await place.api('/apps/demo/telemetry-drains')) as [{id: string}];
      await heroku({type: `telemetry:remove ${drain.id} -a demo`, then: ['/apps/demo/telemetry-drains', /^\[\]$/]});
    });

    it('heroku authorizations:info, :revoke', async () => {
      const [made] = JSON.parse(await place.api('/oauth/authorizations')) as [{id: string}];
      await heroku({type: `authorizations:info ${made.id}`, out: /ci/});
      await heroku({type: `authorizations:revoke ${made.id}`, then: ['/oauth/authorizations', /^\[\]$/]});
    });
  });

  describe('the npm package heroku-client', () => {
    interface ProcessType {
      type: string;
      quantity: number;
    }

    it('lists, scales, and makes an app that it takes away', async () => {
      const client = place.client();
      expect(await client.get<{name: string}[]>('/apps').then((all) => all.map(({name}) => name))).to.include('demo');
      const updates = [{type: 'worker', quantity: 2}];
      const scaled = await client.patch<ProcessType[]>('/apps/demo/formation', {body: {updates}});
      expect(scaled).to.have.length(1);
      expect(scaled[0]).to.include({type: 'worker', quantity: 2});
      const formation = await client.get<ProcessType[]>('/apps/demo/formation');
      expect(formation.map(({type, quantity}) => `${type}=${quantity}`)).to.have.members(['web=1', 'worker=2']);
      await until('two workers', async () => {
        const dynos = await client.get<{type: string; state: string}[]>('/apps/demo/dynos');
        return dynos.filter(({type, state}) => type === 'worker' && state === 'up').length === 2;
      });
      const made = await client.post<{id: string}>('/apps', {body: {name: 'by-client'}});
      await client.delete(`/apps/${made.id}`);
      const refused = await client.get(`/apps/${made.id}`).catch((error: unknown) => error);
      expect(refused).to.deep.include({statusCode: 404});
    });
  });
});
