import type {ChaosRequest} from '../model/dyno-info.js';
import {lines} from '../model/dyno-log-lines.js';
import {DynoError} from '../model/error.js';
import type {AppDynos} from './app-dynos.js';
import type {Dyno} from './dyno.js';

type Mischief = (app: AppDynos, dyno: Dyno) => void;

/** Each is logged as what it is, then left to the ordinary rules. */
const mischiefs: Record<ChaosRequest['kind'], Mischief> = {
  kill(app, dyno) {
    app.log(dyno.name, lines.chaos('killing all processes'));
    app.runner.signal(dyno, 'SIGKILL');
  },
  oom(app, dyno) {
    app.log(dyno.name, lines.chaos('running out of memory'));
    dyno.outOfMemory = true;
    app.look();
  },
  hang(app, dyno) {
    app.log(dyno.name, lines.chaos('stopping all processes with SIGSTOP, until they are restarted'));
    app.runner.signal(dyno, 'SIGSTOP');
  },
  'slow-boot'(app, dyno) {
    const seconds = Math.round(app.desired.limits.slowBootMs / 1000);
    app.log(dyno.name, lines.chaos(`restarting, with ${seconds} seconds of standstill`));
    app.slowBoots.add(dyno.name);
    app.restart({dyno: dyno.name});
  },
};

/**
 * Does harm to one running dyno of the formation, the named or a random one.
 *
 * @throws DynoError not_found
 */
export function doMischief(app: AppDynos, request: ChaosRequest, random: () => number): void {
  const running = [...app.observed.slots.values()].flatMap(({current}) =>
    current && current.engineId !== null && !current.exit ? [current] : [],
  );
  const choice = request.seed === undefined ? random() : firstOf(request.seed);
  const dyno =
    request.dyno === undefined
      ? running[Math.floor(choice * running.length)]
      : running.find(({name}) => name === request.dyno);
  if (!dyno) throw new DynoError('not_found', {resource: 'running dyno'});
  mischiefs[request.kind](app, dyno);
}

/** First value of the mulberry32 sequence: the same seed chooses the same dyno. */
function firstOf(seed: number): number {
  let t = (seed + 0x6d2b79f5) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
