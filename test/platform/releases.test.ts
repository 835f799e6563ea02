import {expect} from 'chai';
import {until} from '../support/until.js';
import {TestPlatform} from './support/test-platform.js';

interface Release {
  id: string;
  version: number;
  description: string;
  status: string;
  current: boolean;
  slug: {id: string} | null;
  output_stream_url: string | null;
  eligible_for_rollback: boolean;
}

describe('releases', function () {
  this.timeout(60_000);
  let platform: TestPlatform;

  beforeEach(async () => {
    platform = await TestPlatform.start();
  });
  afterEach(() => platform.close());

  const releases = (): Promise<Release[]> => platform.ok('GET', '/apps/demo/releases');
  const newest = async () => (await releases()).at(-1)!;
  const setConfig = (change: object) => platform.ok('PATCH', '/apps/demo/config-vars', change);

  describe('of config vars', () => {
    beforeEach(() => platform.appWithCode('demo', {web: 'node web.js'}));

    it('describes what was set and removed, one release a change', async () => {
      expect(await setConfig({A: '1', B: '2'})).to.deep.equal({A: '1', B: '2'});
      expect(await setConfig({A: null})).to.deep.equal({B: '2'});
      const descriptions = (await releases()).map(({description}) => description);
      expect(descriptions.slice(-2)).to.deep.equal(['Set A, B config vars', 'Remove A config vars']);
      expect(platform.us.app('demo')!.release!.config).to.deep.equal({B: '2'});
    });

    it('makes none when nothing changes', async () => {
      await setConfig({A: '1'});
      const before = await releases();
      await setConfig({A: '1', MISSING: null});
      expect(await releases()).to.deep.equal(before);
    });

    it('keeps the config vars of each release', async () => {
      await setConfig({A: '1'});
      await setConfig({A: '2'});
      expect(await platform.ok('GET', '/apps/demo/releases/4/config-vars')).to.deep.equal({A: '1'});
      expect(await platform.ok('GET', '/apps/demo/releases/v5/config-vars')).to.deep.equal({A: '2'});
    });

    it('refuses bad names and too much, and changes nothing', async () => {
      for (const change of [{'1A': 'x'}, {'A-B': 'x'}, {'': 'x'}, {A: 'x'.repeat(70_000)}, {A: 'a\0b'}]) {
        const answer = await platform.call('PATCH', '/apps/demo/config-vars', {body: change});
        expect(answer.status).to.equal(422);
      }
      expect(await platform.ok('GET', '/apps/demo/config-vars')).to.deep.equal({});
      expect((await newest()).version).to.equal(3);
    });
  });

  it('starts one web dyno with the first code, and tells the formation', async () => {
    await platform.appWithCode('demo', {web: 'node web.js', worker: 'node worker.js'});
    const {email} = platform.running.context.account;
    await until('the line', () => platform.us.lines('demo').some((line) => line.includes('Release v3 created')));
    expect(platform.us.lines('demo').map((line) => line.replace(/^\S+ /, ''))).to.include.members([
      `app[api]: Deploy 71c09b06 by user ${email}`,
      `app[api]: Release v3 created by user ${email}`,
      `app[api]: Scaled to web@1:Standard-1X worker@0:Standard-1X by user ${email}`,
    ]);
  });

  it('rolls back to the code and config vars of an older release, as a new one', async () => {
    await platform.appWithCode('demo', {web: 'one'});
    await setConfig({A: '1'});
    await platform.deploy('demo', {web: 'two'});
    await setConfig({A: '2'});
    const [, , , v4] = await releases();
    const made: Release = await platform.ok('POST', '/apps/demo/releases', {release: v4!.id});
    expect(made).to.deep.include({version: 7, description: 'Rollback to v4', status: 'succeeded', current: true});
    expect(made.slug).to.deep.equal(v4!.slug);
    expect(platform.us.app('demo')!.release).to.deep.include({config: {A: '1'}, processTypes: {web: 'one'}});
    expect(await platform.ok('GET', '/apps/demo/config-vars')).to.deep.equal({A: '1'});
  });

  it('lets nobody roll back to a release without code', async () => {
    await platform.appWithCode('demo', {web: 'one'});
    expect((await releases()).map((release) => release.eligible_for_rollback)).to.deep.equal([false, false, true]);
    const answer = await platform.call('POST', '/apps/demo/releases', {body: {release: '1'}});
    expect(answer.status).to.equal(422);
  });

  describe('with a release command', () => {
    /** Holds the next release phases until it is called. */
    const hold = () => {
      let go!: () => void;
      const wait = new Promise<void>((resolve) => (go = resolve));
      platform.us.releasePhase = {...platform.us.releasePhase, wait};
      return go;
    };

    beforeEach(async () => {
      await platform.appWithCode('demo', {web: 'one', release: 'migrate'});
    });

    it('becomes current when the command succeeds, and streams its output', async () => {
      const go = hold();
      await setConfig({A: '1'});
      const pending = await newest();
      expect(pending).to.deep.include({version: 4, status: 'pending', current: false});
      expect(platform.us.app('demo')!.release!.version).to.equal(3);
      const output = fetch(pending.output_stream_url!).then((response) => response.text());
      go();
      expect(await output).to.equal('migrated\n');
      await until('succeeded', async () => (await newest()).status === 'succeeded');
      expect(platform.us.app('demo')!.release).to.deep.include({version: 4, config: {A: '1'}});
    });

    it('is used up when the command fails; the release before it goes on', async () => {
      platform.us.releasePhase = {status: 1, output: 'no\n'};
      await platform.deploy('demo', {web: 'two', release: 'migrate'});
      expect(await newest()).to.deep.include({version: 4, status: 'failed', current: false});
      expect(platform.us.app('demo')!.release).to.deep.include({
        version: 3,
        processTypes: {web: 'one', release: 'migrate'},
      });
      platform.us.releasePhase = {status: 0, output: ''};
      await setConfig({A: '1'});
      await until('succeeded', async () => (await newest()).status === 'succeeded');
      expect(await newest()).to.deep.include({version: 5, current: true});
      expect(platform.us.app('demo')!.release!.processTypes.web).to.equal('one');
    });

    it('gives up the failed code also in releases that waited behind it', async () => {
      const go = hold();
      platform.us.releasePhase = {...platform.us.releasePhase, status: 1};
      const deployed = platform.deploy('demo', {web: 'two', release: 'migrate'});
      await until('v4', async () => (await newest()).version === 4);
      await setConfig({A: '1'});
      await until('the phase of v4', () => platform.us.calls('POST', /release-phase/).length === 2);
      go();
      platform.us.releasePhase = {status: 0, output: ''};
      await deployed;
      await until('v5', async () => (await newest()).status === 'succeeded');
      expect((await releases()).slice(-2).map(({status}) => status)).to.deep.equal(['failed', 'succeeded']);
      expect(platform.us.app('demo')!.release).to.deep.include({
        version: 5,
        processTypes: {web: 'one', release: 'migrate'},
      });
    });

    it('has failed when the platform stopped in the middle of it', async () => {
      hold();
      await setConfig({A: '1'});
      await platform.stop();
      await platform.start();
      expect(await newest()).to.deep.include({version: 4, status: 'failed'});
      expect((await releases())[2]).to.deep.include({version: 3, current: true});
    });
  });

  describe('that are old', () => {
    const removed = () => platform.us.calls('DELETE', /^\/images\//).map(({path}) => path.split('/')[2]);

    it('give their code up, but for the newest ten deploys, what runs and what never ran', async () => {
      await platform.appWithCode('demo', {web: 'node web.js'});
      await setConfig({A: '1'});
      const {store} = platform.running.context;
      const [first] = store.slugs.listOf(store.apps.get('demo').id);
      for (let deploy = 2; deploy <= 11; deploy++) await platform.deploy('demo', {web: `node web.js ${deploy}`});
      const statuses = (await releases()).map(({version, status}) => [version, status]);
      expect(statuses.slice(1, 6)).to.deep.equal([
        [2, 'succeeded'],
        [3, 'expired'],
        [4, 'expired'],
        [5, 'succeeded'],
        [6, 'succeeded'],
      ]);
      await until('its removal', () => removed().length === 1);
      expect(removed()).to.deep.equal([first!.image]);
      const refused = await platform.call('POST', '/apps/demo/releases', {body: {release: 'v3'}});
      expect(refused.status).to.equal(422);
      expect(refused.body.message).to.equal(
        'Cannot roll back to v3: its code has expired; that of the newest ten deploys is kept.',
      );
      await platform.ok('POST', '/apps/demo/releases', {release: 'v5'});
    });

    it('and what a platform did not live to release is removed by the next', async () => {
      await platform.appWithCode('demo', {web: 'node web.js'});
      const {store} = platform.running.context;
      const {id, image} = store.slugs.listOf(store.apps.get('demo').id)[0]!;
      const made = (name: string, createdAt: number) => ({image: name, appId: id, size: 1, createdAt});
      platform.us.images = [made(image!, 1000), made('orphan', 1000), made('just-built', Date.now() + 60_000)];
      await platform.stop();
      await platform.start();
      await until('its removal', () => removed().length === 1);
      expect(removed()).to.deep.equal(['orphan']);
    });
  });
});
