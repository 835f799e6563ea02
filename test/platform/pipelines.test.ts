import {expect} from 'chai';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

describe('promotions', function () {
  this.timeout(60_000);
  let platform: TestPlatform;
  let pipeline: {id: string};

  before(async () => {
    platform = await TestPlatform.start();
    pipeline = await platform.ok('POST', '/pipelines', {name: 'line'});
    await platform.appWithCode('staging', {web: 'node web.js', release: 'migrate'});
    for (const name of ['one', 'two', 'slow']) await platform.appWithCode(name, {web: 'node old.js'});
    for (const [app, stage] of [
      ['staging', 'staging'],
      ['one', 'production'],
      ['two', 'production'],
      ['slow', 'production'],
    ]) {
      await platform.ok('POST', '/pipeline-couplings', {app, pipeline: pipeline.id, stage});
    }
    await platform.ok('PATCH', '/apps/one/config-vars', {OWN: 'yes'});
  });
  after(() => platform.close());
  afterEach(() => (platform.us.releasePhase = {status: 0, output: 'migrated\n'}));

  interface Target {
    app: {id: string};
    status: string;
    error_message: string | null;
    release: {id: string} | null;
  }

  async function promote(...names: string[]): Promise<{id: string}> {
    const idOf = async (name: string) => ({app: {id: (await platform.ok('GET', `/apps/${name}`)).id}});
    const targets = await Promise.all(names.map(idOf));
    return platform.ok('POST', '/pipeline-promotions', {pipeline, source: await idOf('staging'), targets});
  }
  const targetsOf = async ({id}: {id: string}): Promise<Target[]> => {
    const path = `/pipeline-promotions/${id}`;
    await until('the promotion', async () => (await platform.ok('GET', path)).status === 'completed');
    return platform.ok('GET', `${path}/promotion-targets`);
  };
  const image = (name: string) => platform.us.app(name)?.release?.image;

  it('give each target a slug of its own with the same code, and run its release phase with its config vars', async () => {
    const targets = await targetsOf(await promote('one', 'two'));
    expect(targets.map(({status}) => status)).to.deep.equal(['succeeded', 'succeeded']);
    for (const name of ['one', 'two']) {
      await until('the code', () => image(name) === image('staging'));
      expect(platform.us.app(name)!.release!.processTypes.web).to.equal('node web.js');
      const {id} = await platform.ok('GET', `/apps/${name}`);
      const phases = platform.us.calls('POST', new RegExp(`/apps/${id}/release-phase`));
      expect(phases).to.have.length(1);
    }
    const release = (await platform.ok('GET', '/apps/one/releases')).at(-1);
    const source = (await platform.ok('GET', '/apps/staging/releases')).at(-1);
    expect(release.description).to.equal(`Promote staging v${source.version} 71c09b06`);
    expect(release.slug.id).to.not.equal(source.slug.id);
    expect(targets.map((target) => target.release!.id)).to.include(release.id);
    expect(await platform.ok('GET', '/apps/one/config-vars')).to.deep.equal({OWN: 'yes'});
  });

  it('fail for a target whose release command fails; its old code goes on', async () => {
    const before = image('slow');
    platform.us.releasePhase = {status: 1, output: 'broken\n'};
    const [target] = await targetsOf(await promote('slow'));
    expect(target).to.include({status: 'failed', error_message: 'The release command failed.'});
    expect(image('slow')).to.equal(before);
  });

  it('are refused for apps of another pipeline, and change nothing', async () => {
    await platform.appWithCode('stranger', {web: 'x'});
    const versions = async () => (await platform.ok('GET', '/apps/one/releases')).length;
    const before = await versions();
    const refused = await promote('one', 'stranger').catch((error: Error) => error.message);
    expect(refused).to.include('422').and.to.include('stranger is not in this pipeline.');
    expect(await versions()).to.equal(before);
  });

  describe('whose source is destroyed', () => {
    /** What happens while `work` waits for `go`, in a promise of its own. */
    const gate = () => {
      let go!: () => void;
      const open = new Promise<void>((resolve) => (go = resolve));
      return {open, go};
    };
    let source = 0;
    beforeEach(async () => {
      await platform.appWithCode(`source-${++source}`, {web: 'node new.js'});
      await platform.ok('POST', '/pipeline-couplings', {
        app: `source-${source}`,
        pipeline: pipeline.id,
        stage: 'staging',
      });
    });
    const promoteSource = async (target: string) => {
      const of = async (name: string) => ({app: {id: (await platform.ok('GET', `/apps/${name}`)).id}});
      const targets = [await of(target)];
      return platform.ok('POST', '/pipeline-promotions', {pipeline, source: await of(`source-${source}`), targets});
    };
    const removed = (name: string) =>
      platform.us.calls('DELETE', /images/).filter(({path}) => decodeURIComponent(path).includes(name));

    it('before their turn fail, and change nothing', async () => {
      const {context} = platform.running;
      const {open, go} = gate();
      const before = image('two');
      const releases = context.store.releases.listOf(context.store.apps.get('two').id).length;
      const holding = context.queue.run(context.store.apps.get('two').id, () => open);
      const promotion = await promoteSource('two');
      await platform.ok('DELETE', `/apps/source-${source}`);
      go();
      await holding;
      const [target] = await targetsOf(promotion);
      expect(target).to.include({status: 'failed', error_message: "Couldn't find that slug."});
      const {id} = context.store.apps.get('two');
      expect(context.store.releases.listOf(id)).to.have.length(releases);
      expect(context.store.slugs.listOf(id).filter((slug) => slug.image === before)).to.have.length(1);
      expect(image('two')).to.equal(before);
    });

    it('meanwhile keep their image', async () => {
      const {context} = platform.running;
      const {open, go} = gate();
      const code = image(`source-${source}`)!;
      context.appEnds.unshift(() => open);
      const destroyed = platform.ok('DELETE', `/apps/source-${source}`);
      const ending = () => context.queue.isBusy(context.store.apps.get(`source-${source}`).id);
      await until('the end of the source', ending);
      const [target] = await targetsOf(await promoteSource('two'));
      expect(target).to.include({status: 'succeeded'});
      go();
      await destroyed;
      context.appEnds.shift();
      expect(image('two')).to.equal(code);
      expect(removed(code)).to.deep.equal([]);
    });
  });

  it('have failed when the platform stopped in the middle of them', async () => {
    let go!: () => void;
    platform.us.releasePhase = {status: 0, output: '', wait: new Promise((resolve) => (go = resolve))};
    const phases = () => platform.us.calls('POST', /release-phase/).length;
    const before = phases();
    const promotion = await promote('slow');
    await until('its release phase', () => phases() > before);
    await platform.stop();
    go();
    await platform.start();
    const [target] = await targetsOf(promotion);
    expect(target).to.include({status: 'failed', error_message: 'The platform stopped before it was done.'});
  });
});
