import {Router} from '../../../src/router/router.js';
import {realClock} from './real-clock.js';

/** A router in a process of its own, so that its memory can be measured. Told over IPC where its dyno is. */
const router = new Router({
  kind: 'common',
  clock: realClock,
  random: Math.random,
  log: () => undefined,
  wake: () => undefined,
  trafficSeen: () => undefined,
});
const {httpPort} = await router.listen({host: '127.0.0.1', httpPort: 0});
router.setApp({id: 'app-1', name: 'demo', hosts: ['demo.localhost'], maintenance: false, features: [], blank: false});
process.on('message', ({dynoPort}: {dynoPort: number}) => {
  const endpoint = {host: '127.0.0.1', port: dynoPort};
  router.setDynos('app-1', [{id: 'd', name: 'web.1', state: 'up', endpoint}]);
  process.send!({});
});
process.on('disconnect', () => void router.close());
process.send!({port: httpPort});
