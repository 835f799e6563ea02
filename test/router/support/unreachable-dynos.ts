import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {connect, createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import {eventually} from './router-fixture.js';

/** A stopped process whose queue of connections is full: it neither accepts nor refuses. */
export async function deafServer() {
  const script = `require('net').createServer().listen({port: 0, host: '127.0.0.1', backlog: 1}, function () {
    console.log(this.address().port);
  })`;
  const child = spawn(process.execPath, ['-e', script], {stdio: ['ignore', 'pipe', 'inherit']});
  const [data] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  const port = Number(data.toString());
  const fillers = Array.from({length: 8}, () => connect({port, host: '127.0.0.1'}).on('error', () => undefined));
  await eventually(() => fillers.some((filler) => !filler.connecting));
  return {
    endpoint: {host: '127.0.0.1', port},
    close: async () => {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Dynos whose port is closed. */
export async function refusingDynos(count: number) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return Array.from({length: count}, (_, index) => ({
    id: `refusing-${index}`,
    name: `web.${index + 1}`,
    state: 'up' as const,
    endpoint: {host: '127.0.0.1', port},
  }));
}
