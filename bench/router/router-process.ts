import {Router} from '../../src/router/router.js';
import {formatLogTime} from '../../src/model/log.js';

/**
 * Our router in a process of its own, with all rules and log lines on: `router-process.js PORT BACKEND_PORT APPS`.
 * Lines are formatted as the log keeps them and held in a ring, as logplex does.
 */
const [port, backendPort, apps] = process.argv.slice(2).map(Number) as [number, number, number];
const history: string[] = new Array<string>(1500).fill('');
let lines = 0;

const router = new Router({
  kind: 'common',
  clock: {
    now: () => Date.now(),
    setTimeout: (fire, delayMs) => {
      const timer = setTimeout(fire, delayMs);
      return {cancel: () => clearTimeout(timer)};
    },
  },
  random: Math.random,
  log: (_app, line) => {
    history[lines++ % history.length] = `${formatLogTime(Date.now())} heroku[router]: ${line}`;
  },
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
await router.listen({host: '127.0.0.1', httpPort: port});
