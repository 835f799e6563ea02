import {Logplex} from '../../src/logplex/logplex.js';
import {priority} from '../../src/model/log.js';
import {Router} from '../../src/router/router.js';
import {AdvancingClock} from '../../src/runtime/advancing-clock.js';

/**
 * Our router in a process of its own, wired as the runtime wires it, with all rules on and each request's line in the
 * app's log, which is kept on disk: `router-process.js PORT BACKEND_PORT APPS LOG_DIRECTORY`.
 */
const [port, backendPort, apps] = process.argv.slice(2, 5).map(Number) as [number, number, number];
const directory = process.argv[5]!;
const clock = new AdvancingClock();
const logplex = new Logplex({clock, random: Math.random, directory});
const router = new Router({
  kind: 'common',
  clock: clock.work,
  random: Math.random,
  log: (appId, message) =>
    logplex.write(appId, {time: clock.now(), source: 'heroku', process: 'router', message, pri: priority.router}),
  wake: () => undefined,
  trafficSeen: () => undefined,
});

for (let index = 0; index < apps; index++) {
  const id = `app-${index}`;
  const hosts = [`${id}.localhost`, `www.${id}.example.com`, `*.${id}.example.org`];
  // Requests come for the last one.
  if (index === apps - 1) hosts.push('127.0.0.1');
  router.setApp({id, name: id, hosts, maintenance: false, features: [], blank: false});
  router.setDynos(
    id,
    [1, 2, 3].map((number) => ({
      id: `${id}-${number}`,
      name: `web.${number}`,
      state: 'up',
      endpoint: {host: '127.0.0.1', port: backendPort},
    })),
  );
}
await logplex.open();
await router.listen({host: '127.0.0.1', httpPort: port});
