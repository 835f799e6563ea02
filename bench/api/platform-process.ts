import {randomUUID} from 'node:crypto';
import {TestPlatform} from '../../test/platform/support/test-platform.js';

/**
 * A platform with `apps` apps, and a runtime that runs nothing, in a process of its own: `platform-process.js APPS`.
 * Tells its port and token on stdout; ends when its stdin does.
 */
const count = Number(process.argv[2] ?? 1);
const platform = await TestPlatform.start();
const {store, releases} = platform.running.context;
await platform.ok('POST', '/apps', {name: 'bench-0'});
const [first] = store.apps.list();
for (let index = 1; index < count; index++) {
  store.apps.insert({...first!, id: randomUUID(), name: `bench-${index}`});
}
const {runtimes} = platform.running.context;
await runtimes.clientOf('us');
for (const app of store.apps.list()) {
  const image = `image-${randomUUID()}`;
  const processTypes = {web: 'node web.js', worker: 'node worker.js'};
  const built = {image, size: 1, processTypes, stack: 'heroku-24'};
  await releases.createFromBuild(app, built, {description: 'Deploy'}).done;
}
// Nothing of the set-up is left to do while the calls are measured.
await runtimes.logged(store.apps.get('bench-0'));
console.log(JSON.stringify({port: platform.port, token: platform.running.context.token}));
process.stdin.resume();
process.stdin.once('end', () => void platform.close());
