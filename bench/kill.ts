import {killWhileWriting} from '../test/logplex/kill-runtime.js';
import {whyNoDocker} from '../test/support/docker.js';
import type {Figure} from './figure.js';

const PLAN = {dynos: 20, rate: 1000, seconds: 30, kills: 5};

/** kill -9 of the runtime, again and again, while its dynos write: what readers of the stream miss, or get twice. */
export async function measureKill(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const engine of ['process', 'docker'] as const) {
    if (engine === 'docker' && (await whyNoDocker()) !== null) continue;
    const {written, drains, stream, tail, history} = await killWhileWriting({...PLAN, engine});
    const {http, syslog, repeated} = drains;
    const name = `${engine}, ${written} lines, ${PLAN.kills} kills`;
    const wrong = history.filter((line, i) => line !== stream[stream.length - history.length + i]).length;
    const missing = written - http.lines + http.doubled;
    figures.push(
      {name: `${name}: missing in the https drain`, value: missing, unit: 'lines', goal: 0},
      {name: `${name}: of those, not told of in L10`, value: Math.max(0, missing - http.told), unit: 'lines', goal: 0},
      {name: `${name}: doubled in it`, value: http.doubled, unit: 'lines', goal: 0},
      {name: `${name}: its frames sent again, under one id`, value: repeated, unit: 'frames', goal: PLAN.kills},
      {name: `${name}: missing in the syslog drain`, value: written - syslog.lines + syslog.doubled, unit: 'lines'},
      {name: `${name}: doubled in it`, value: syslog.doubled, unit: 'lines', goal: 0},
      {name: `${name}: of the last 1,500, wrong in the history`, value: wrong, unit: 'lines', goal: 0},
      {name: `${name}: missing in a tail`, value: tail.missing, unit: 'lines'},
      {name: `${name}: of those, not told of in L11`, value: tail.missing - tail.told, unit: 'lines', goal: 0},
    );
  }
  return figures;
}
