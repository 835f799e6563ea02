import {randomUUID} from 'node:crypto';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import Docker from 'dockerode';
import {expect} from 'chai';
import {pack} from 'tar-stream';
import {FrameReader} from '../../../src/engine/docker/raw-stream.js';
import {addNode, readProgress, StackImages} from '../../../src/engine/docker/stack-image.js';

describe('stack image of this machine’s files', function () {
  this.timeout(120_000);
  const docker = new Docker();
  const images = new StackImages(docker, 'host');
  let image = '';

  before(async function () {
    if (process.platform !== 'linux') return this.skip();
    image = (await images.ensure('heroku-24')).run;
  });

  it('is made once and has what dynos and builds need', async () => {
    expect((await new StackImages(docker, 'host').ensure('heroku-24')).run).to.equal(image);
    const said = await run(
      docker,
      image,
      'set -e; node -p 6*7; npm -v >/dev/null; git --version >/dev/null; tar --version >/dev/null; whoami; echo $HOME; test -w /tmp; test ! -r /root',
    );
    expect(said).to.match(/^42\ndyno\n\/app\n/);
  });

  it('holds nothing of this machine’s accounts', async () => {
    expect(
      await run(
        docker,
        image,
        'cut -d: -f1 /etc/passwd | tr "\\n" " "; ls /etc/shadow /etc/ssh 2>&1 | grep -c "No such"',
      ),
    ).to.equal('root dyno nobody 2\n');
  });

  it('gets node where it has none, as Heroku’s own images do', async () => {
    const owner = `stack-${randomUUID()}`;
    const bare = `dyno/test-stack:${owner}`;
    const whole = `dyno/test-stack:${owner}-node`;
    try {
      const context = pack();
      const remove =
        'RUN rm -rf $(readlink -f "$(command -v node)") /usr/lib/node_modules /usr/local/lib/node_modules /usr/bin/np? /usr/local/bin/np?';
      context.entry({name: 'Dockerfile'}, `FROM ${image}\n${remove}\nRUN ! command -v node\n`);
      context.finalize();
      await readProgress(await docker.buildImage(Readable.from(context), {t: bare, forcerm: true}));
      await addNode(docker, bare, whole, process.arch === 'x64' ? 'amd64' : process.arch);
      const said = await run(docker, whole, 'node -v; npm -v | grep -c .; npx --version | grep -c .');
      expect(said).to.equal(`${process.version}\n1\n1\n`);
    } finally {
      for (const name of [whole, bare])
        await docker
          .getImage(name)
          .remove({force: true})
          .catch(() => undefined);
    }
  });
});

/** What a command writes in a throw-away container. */
async function run(docker: Docker, image: string, command: string): Promise<string> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['bash', '-c', command],
    Cmd: [],
    User: '1000:1000',
  });
  try {
    await container.start();
    await container.wait();
    const raw = await container.logs({stdout: true, stderr: true, follow: true});
    const pieces: Buffer[] = [];
    new FrameReader((piece) => pieces.push(piece)).read(await buffer(raw));
    return Buffer.concat(pieces).toString();
  } finally {
    await container.remove({force: true, v: true});
  }
}
