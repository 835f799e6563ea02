import {randomUUID} from 'node:crypto';
import {expect} from 'chai';
import {Recorder} from './recorder.js';
import type {Rig} from './rig.js';
import {until} from '../../support/until.js';

export function lifecycleChapter(rig: Rig): void {
  describe('life of a dyno', () => {
    it('runs the command by bash in the app directory, with the given environment', async () => {
      const env = {GREETING: 'hello "world" $HOME', MULTI: 'two\nlines', EMPTY: ''};
      const {dyno, output} = await rig.run(
        'echo "$GREETING|$MULTI|${EMPTY-unset}|$DYNO"; test "$HOME" = "$PWD" && ls Procfile; [[ a == a ]] && echo bash',
        {name: 'worker.11', env},
      );
      expect(output.stdout).to.equal('hello "world" $HOME|two\nlines||worker.11\nProcfile\nbash\n');
      expect(output.stderr).to.equal('');
      expect(output.ends).to.equal(1);
      expect(dyno.exit).to.include({status: 0, outOfMemory: false});
    });

    it('adds nothing to the environment that Heroku would not', async () => {
      const {output} = await rig.run('env -0 | cut -z -d= -f1 | sort -z | tr "\\0" "\\n"', {env: {MINE: '1'}});
      const ours = rig.has('private-filesystem')
        ? /^(CA_|SSL_|NODE_EXTRA_CA_CERTS)/
        : /^(CA_|SSL_|NODE_EXTRA_CA_CERTS|TMPDIR$|DYNO_ENGINE_ID$)/;
      const names = output.stdout.split('\n').filter((name) => name && !ours.test(name));
      expect(names.filter((name) => !['_', 'SHLVL', 'HOSTNAME', 'OLDPWD'].includes(name))).to.deep.equal([
        'DYNO',
        'HOME',
        'MINE',
        'OVERRIDDEN',
        'PATH',
        'PROFILE_ORDER',
        'PWD',
      ]);
    });

    it('sources .profile.d in order, then .profile, over the config vars', async () => {
      const {output} = await rig.run('echo $PROFILE_ORDER $OVERRIDDEN', {
        env: {PROFILE_ORDER: '0', OVERRIDDEN: 'config'},
      });
      expect(output.stdout).to.equal('012ap by-profile\n');
    });

    for (const [command, status] of [
      ['exit 7', 7],
      ['bash -c "exit 200"', 200],
      ['no-such-command-anywhere', 127],
      ['./Procfile', 126],
      ['kill -KILL $$', 137],
      ['kill -SEGV $$', 139],
      ['node -e "process.kill(process.pid, \'SIGTERM\'); setInterval(() => {}, 1000)"', 143],
      ['sleep 0.1 & true', 0],
    ] as const) {
      it(`tells exit status ${status} of: ${command}`, async () => {
        const before = Date.now();
        const {dyno} = await rig.run(command);
        expect(dyno.running).to.be.false;
        expect(dyno.exit?.status).to.equal(status);
        expect(dyno.exit?.at).to.be.within(before - 2000, Date.now() + 2000);
      });
    }

    it('ends with its main process, whatever that left behind', async () => {
      const {dyno} = await rig.run('setsid sleep 3600 & sleep 3600 & echo bye; exit 4');
      expect(dyno.exit?.status).to.equal(4);
    });

    it('lists a dyno with all that it was started with', async () => {
      const {dyno, output} = await rig.start('node server.mjs', {
        name: 'web.1',
        port: 31_337,
        release: 42,
        size: 'Standard-2X',
      });
      await output.sees('listening');
      expect(dyno).to.include({
        appId: rig.appId,
        app: 'probe',
        name: 'web.1',
        kind: 'formation',
        release: 42,
        size: 'Standard-2X',
        command: 'node server.mjs',
        port: 31_337,
        running: true,
        exit: null,
      });
      expect(dyno.createdAt).to.be.within(Date.now() - 120_000, Date.now() + 2000);
      expect(dyno.endpoint).to.not.equal(null);
      expect(await rig.look(dyno.engineId)).to.deep.equal(dyno);
      if (rig.engine.findDyno) expect(await rig.engine.findDyno(dyno.engineId)).to.deep.equal(dyno);

      const answer = await fetch(`http://${dyno.endpoint!.host}:${dyno.endpoint!.port}/`);
      expect(await answer.text()).to.equal('dyno web.1\n');

      await rig.engine.removeDyno(dyno.engineId);
      await output.ended;
      expect(await rig.look(dyno.engineId)).to.equal(undefined);
      if (rig.engine.findDyno) expect(await rig.engine.findDyno(dyno.engineId)).to.equal(null);
    });

    it('gives a dyno without a port no endpoint', async () => {
      const {dyno} = await rig.start('sleep 3600');
      expect(dyno.port).to.equal(null);
      expect(dyno.endpoint).to.equal(null);
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('removes a dyno that is gone, twice, as a matter of course', async () => {
      const {dyno} = await rig.start('sleep 3600');
      await rig.engine.removeDyno(dyno.engineId);
      await rig.engine.removeDyno(dyno.engineId);
      await rig.engine.signalDyno(dyno.engineId, 'SIGTERM');
      expect(await rig.engine.isBound(dyno.engineId)).to.be.false;
      expect(await rig.engine.usageOf(dyno.engineId)).to.equal(null);
    });

    it('throws away what a dyno wrote', async () => {
      await rig.run('echo traces > traces.txt && rm Procfile && ls');
      const {output} = await rig.run('ls traces.txt Procfile; true');
      expect(output.stdout).to.equal('Procfile\n');
    });

    it('lets a dyno write in its app directory and in /tmp', async () => {
      const {dyno, output} = await rig.run('echo a > new.txt && f=$(mktemp) && echo b > $f && cat new.txt $f');
      expect(output.stdout).to.equal('a\nb\n');
      expect(dyno.exit?.status).to.equal(0);
    });

    it('runs as an unprivileged user', async function () {
      if (!rig.has('unprivileged-user')) return this.skip();
      const {output} = await rig.run('id -u; ls /root 2>&1 >/dev/null | wc -l; grep CapEff /proc/self/status');
      const [uid, refusals, capabilities] = output.stdout.trim().split('\n');
      expect(Number(uid)).to.be.greaterThan(0);
      expect(refusals).to.equal('1');
      expect(capabilities).to.match(/0000000000000000$/);
    });

    it('refuses an image that does not exist and leaves nothing of the dyno', async () => {
      const spec = rig.spec('true', {image: 'dyno/no-such-image:v1'});
      const failure = await rig.engine.startDyno(spec, new Recorder()).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.have.property('name', 'DynoError');
      expect((await rig.engine.listDynos()).filter((dyno) => dyno.id === spec.id)).to.deep.equal([]);
    });

    it('knows whether $PORT is bound on the address that others see', async () => {
      const {dyno, output} = await rig.start('sleep 0.3; node server.mjs', {name: 'web.2', port: 31_338});
      expect(await rig.engine.isBound(dyno.engineId)).to.be.false;
      await output.sees('listening');
      await until('the port to be bound', () => rig.engine.isBound(dyno.engineId));
      await rig.engine.removeDyno(dyno.engineId);

      const local = await rig.start('node server.mjs', {name: 'web.3', port: 31_339, env: {LISTEN: '127.0.0.1'}});
      await local.output.sees('listening');
      // Where dynos share the machine's loopback, 127.0.0.1 is where others see them.
      if (rig.has('spaces')) expect(await rig.engine.isBound(local.dyno.engineId)).to.be.false;
      await rig.engine.removeDyno(local.dyno.engineId);
    });

    it('measures memory and runnable tasks', async () => {
      const {dyno, output} = await rig.start('node hog.mjs 96');
      await output.sees('holding');
      const usage = await rig.engine.usageOf(dyno.engineId);
      expect(usage!.rss).to.be.within(96 << 20, 400 << 20);
      expect(usage!.cache).to.be.at.least(0);
      expect(usage!.swap).to.be.at.least(0);
      expect(usage!.pgpgin).to.be.at.least(0);
      expect(usage!.runnable).to.be.within(0, 64);
      await rig.engine.signalDyno(dyno.engineId, 'SIGKILL');
      await rig.ended(dyno.engineId);
      expect(await rig.engine.usageOf(dyno.engineId)).to.equal(null);
      await rig.engine.removeDyno(dyno.engineId);
    });

    it('kills a dyno far above its memory and says why', async function () {
      if (!rig.has('memory-limit')) return this.skip();
      const {dyno, output} = await rig.run('exec node hog.mjs 400', {memoryMb: 96, memoryKillMb: 192});
      expect(output.stdout).to.not.include('holding');
      expect(dyno.exit).to.include({status: 137, outOfMemory: true});
    });

    it('holds a dyno to its number of processes', async function () {
      if (!rig.has('process-limit')) return this.skip();
      const {output} = await rig.run('node spawner.mjs 60', {processes: 40});
      expect(output.stdout).to.match(/^spawned [1-4]?\d, then EAGAIN\n$/);
    });

    it('can tell how a dyno ended as soon as it says that it did', async () => {
      const looks: Promise<unknown>[] = [];
      const stop = new AbortController();
      const watching = rig.engine.watch((event) => {
        if (event.kind !== 'ended') return;
        const look = rig.engine.findDyno?.(event.engineId) ?? rig.look(event.engineId);
        looks.push(look.then((dyno) => dyno?.exit?.status));
      }, stop.signal);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const dynos = await Promise.all([21, 22, 23].map((status) => rig.start(`exit ${status}`)));
      await until('the ends', () => looks.length >= 3 || undefined);
      expect((await Promise.all(looks)).filter((status) => status !== undefined)).to.include.members([21, 22, 23]);
      stop.abort();
      await watching;
      for (const {dyno} of dynos) await rig.engine.removeDyno(dyno.engineId);
    });

    it('says in events that dynos started, ended and were removed', async () => {
      const seen: string[] = [];
      const stop = new AbortController();
      const watching = rig.engine.watch(
        (event) => seen.push('engineId' in event ? `${event.kind} ${event.engineId}` : event.kind),
        stop.signal,
      );
      // A watch that is not yet up may miss the first event; a look at listDynos() is what covers that.
      await new Promise((resolve) => setTimeout(resolve, 200));
      const {dyno} = await rig.run('true', {id: randomUUID()});
      for (const kind of ['ended', 'removed']) {
        await until(`the event ${kind}`, () => seen.includes(`${kind} ${dyno.engineId}`) || undefined);
      }
      stop.abort();
      await watching;
    });
  });
}
