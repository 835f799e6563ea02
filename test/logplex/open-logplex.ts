import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Logplex} from '../../src/logplex/logplex.js';
import type {DrainStatus} from '../../src/model/drain.js';
import type {DrainSpec} from '../../src/model/spec.js';
import {until} from '../support/until.js';
import {entry} from './messages.js';
import {systemClock} from './system-clock.js';

export const APP = 'app-1';
export const TOKEN = 'd.9f0d3b2c-1111-4222-8333-444455556666';

export interface OpenLogplex {
  logplex: Logplex;
  /** writes `count` lines, as one batch */
  write(count: number): void;
  written(): number;
  statusOf(id: string): DrainStatus;
  /** waits until every message the drain was given is delivered or dropped */
  settled(id: string, limitMs?: number): Promise<DrainStatus>;
  close(): Promise<void>;
}

/** A logplex with the system's clock (`speed` times faster), a directory of its own, and one app with drains by id → URL. */
export async function openLogplex(
  urls: Record<string, string>,
  {ca = [], speed = 1}: {ca?: string[]; speed?: number} = {},
): Promise<OpenLogplex> {
  const directory = await mkdtemp(join(tmpdir(), 'dyno-logplex-'));
  const logplex = new Logplex({clock: systemClock(speed), random: Math.random, directory, ca});
  const drains: DrainSpec[] = Object.entries(urls).map(([id, url]) => ({id, url, token: TOKEN}));
  logplex.setApp({id: APP, drains});
  await logplex.open();
  let written = 0;
  const statusOf = (id: string) => logplex.drainsOf(APP).find((drain) => drain.id === id)!;
  return {
    logplex,
    write(count) {
      logplex.write(
        APP,
        Array.from({length: count}, (_, i) => entry(`line ${written + i + 1}`)),
      );
      written += count;
    },
    written: () => written,
    statusOf,
    settled: (id, limitMs) =>
      until(
        `drain ${id} to have delivered or dropped everything`,
        () => {
          const status = statusOf(id);
          return status.delivered + status.dropped === written && status;
        },
        limitMs,
      ),
    async close() {
      await logplex.close();
      await rm(directory, {recursive: true, force: true});
    },
  };
}
