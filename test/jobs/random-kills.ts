import {randomInt} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import {expect} from 'chai';
import {runningDynos} from '../support/engine-census.js';
import type {Installation} from '../support/installation.js';
import {until} from '../support/until.js';

/** Kills of each process in one run; `DYNO_TEST_KILLS=20 script/test jobs/crashes` is the long form. */
const KILLS = Number(process.env['DYNO_TEST_KILLS'] ?? 4);
/** ms after a change has begun within which the kill falls: the change, and what it sets off, take about as long */
const WITHIN_MS = 1500;
const CLIENTS = 4;

/** When a request failed, or when nobody was there to take one: ms since the epoch. */
interface Span {
  from: number;
  to: number;
}

export const killCount = 2 * KILLS;

/**
 * Kills platform and runtime in turns at random moments of a change, with requests all the time. The app has two web
 * dynos and a worker. Throws an error that names the moments.
 */
export async function killAtRandom(installation: Installation): Promise<void> {
  const moments: string[] = [];
  const away: Span[] = [];
  const load = underLoad(installation);
  try {
    for (let turn = 0; turn < killCount; turn++) {
      const part = turn % 2 === 0 ? 'us' : 'platform';
      const pid = await until(part, async () => (await installation.pidOf(part)) || undefined);
      const change = installation.dyno('config:set', `TURN=${turn}`, '-a', 'demo');
      const moment = randomInt(WITHIN_MS);
      moments.push(`${part} after ${moment} ms`);
      await delay(moment);
      const from = Date.now();
      process.kill(pid, 'SIGKILL');
      await change;
      await until('an answer', () => answers(installation));
      if (part === 'us') away.push({from, to: Date.now()});
    }
    await settled(installation);
    expect(await load.failedOutside(away), 'requests that failed while the runtime was there').to.deep.equal([]);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nkilled: ${moments.join(', ')}`, {cause: error});
  } finally {
    await load.stop();
  }
}

/** The newest release runs in every dyno, and nothing else runs. */
async function settled(installation: Installation): Promise<void> {
  await installation.ok('config:set', 'TURN=done', '-a', 'demo');
  const releases = await installation.json<{version: number}[]>('releases', '-a', 'demo');
  const newest = Math.max(...releases.map(({version}) => version));
  await until('the newest release on every dyno', async () => {
    const rows = await installation.json<{state: string; release: {version: number}}[]>('ps', '-a', 'demo');
    return rows.length === 3 && rows.every(({state, release}) => state === 'up' && release.version === newest);
  }).catch(async (error: Error) => {
    const seen = [
      await installation.ok('ps', '--json', '-a', 'demo'),
      await installation.ok('logs', '-n', '80', '-a', 'demo'),
    ];
    throw new Error(`${error.message}; newest is v${newest}\n${seen.join('\n')}`);
  });
  await until('three dynos in the engine', async () => (await runningDynos(installation)).length === 3);
  expect(await installation.ok('config:get', 'TURN', '-a', 'demo')).to.equal('done\n');
}

function underLoad(installation: Installation): {
  failedOutside: (away: Span[]) => Promise<string[]>;
  stop: () => Promise<void>;
} {
  let running = true;
  const failures: {span: Span; why: string}[] = [];
  const client = async () => {
    while (running) {
      const from = Date.now();
      const why = await installation.request('demo').then(
        ({status, body}) => (status === 200 ? null : `${status} ${body.slice(0, 200)}`),
        (error: Error) => error.message,
      );
      if (why === null) continue;
      failures.push({span: {from, to: Date.now()}, why});
      await delay(20);
    }
  };
  const clients = Promise.all(Array.from({length: CLIENTS}, client));
  const stop = async () => {
    running = false;
    await clients;
  };
  return {
    stop,
    failedOutside: async (away) => {
      await stop();
      const isExcused = ({span}: {span: Span}) => away.some(({from, to}) => span.from <= to && span.to >= from);
      return failures.filter((failure) => !isExcused(failure)).map(({why}) => why);
    },
  };
}

function answers(installation: Installation): Promise<boolean> {
  return installation.request('demo').then(
    ({status}) => status === 200,
    () => false,
  );
}
