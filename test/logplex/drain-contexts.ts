import tls from 'node:tls';
import type {DrainContext} from '../../src/logplex/drain.js';
import type {DrainProgress} from '../../src/logplex/drain-position.js';
import {VirtualClock} from '../support/virtual-clock.js';

export interface DrainFixture {
  context: DrainContext;
  clock: VirtualClock;
  /** every progress that was written down */
  saved: DrainProgress[];
  /** alerts of refused certificates */
  alerts: string[];
}

/** A drain's surroundings: a clock that stands, chance that says `random`, a disk that takes everything. */
export function drainFixture(url: string, over: Partial<DrainContext> = {}): DrainFixture {
  const clock = new VirtualClock();
  const saved: DrainProgress[] = [];
  const alerts: string[] = [];
  const context: DrainContext = {
    spec: {id: 'drain-1', url, token: 'd.1'},
    clock,
    random: () => 0.5,
    position: {
      save: (progress) => {
        saved.push(progress);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
    progress: null,
    headSeq: 1,
    backlog: [],
    secureContext: () => tls.createSecureContext(),
    certificateRefused: (alert) => alerts.push(alert),
    ...over,
  };
  return {context, clock, saved, alerts};
}
