import {expect} from 'chai';
import {describeDocker} from '../support/docker.js';
import {killWhileWriting} from './kill-runtime.js';
import type {KillPlan} from './kill-runtime.js';

/** packets that a syslog drain hands to its socket in one go, and the bytes of a line in them */
const IN_FLIGHT = Math.ceil((16 * 4096) / 150);

async function expectNothingLost(plan: KillPlan): Promise<void> {
  const {written, drains, stream, tail, tailLines, history} = await killWhileWriting(plan);
  const {http, syslog, repeated} = drains;
  console.log(
    `      ${written} lines, ${plan.kills} kills: https drain missing ${http.missing}, doubled ${http.doubled}, ` +
      `${repeated} frames retried; syslog drain missing ${syslog.missing}, doubled ${syslog.doubled}; ` +
      `tail missing ${tail.missing}, doubled ${tail.doubled}, told of ${tail.told} (of all sources)`,
  );
  expect(http.doubled, 'doubled in the https drain').to.equal(0);
  // L10 is what drains may do on a machine too busy for 20,000 lines a second; silence is what they may not.
  if (http.told === 0) expect([http.lines, http.missing], 'https drain').to.deep.equal([written, 0]);
  else expect(http.lines + http.told, 'https drain and what it was told of').to.be.at.least(written);
  expect(repeated, 'https frames sent again').to.be.at.most(plan.kills);
  expect(syslog.doubled, 'doubled in the syslog drain').to.equal(0);
  expect(syslog.missing, 'lost on their way in the syslog drain').to.be.at.most(plan.kills * IN_FLIGHT + syslog.told);
  expect(syslog.lines + syslog.missing, 'syslog drain').to.equal(written);
  expect(history, 'history').to.have.length(1500);
  expect(tail.doubled, 'doubled in the tail').to.equal(0);
  expect(tail.missing, 'missing in the tail').to.be.at.most(tail.told);
  expect(tailLines + tail.told, 'the tail and what it was told of').to.be.at.least(stream.length);
  if (http.told > 0) return;
  const wrong = history.findIndex((line, i) => line !== stream[stream.length - 1500 + i]);
  expect(wrong === -1 ? null : history[wrong], "first line of the history that is not the drain's").to.equal(null);
}

describe('kill -9 of a runtime while its dynos write', function () {
  this.timeout(300_000);

  it('process engine, 20 dynos × 1,000 lines/s: nothing missing, nothing doubled', () =>
    expectNothingLost({engine: 'process', dynos: 20, rate: 1000, seconds: 8, kills: 2}));

  describeDocker('docker engine', () => {
    it('4 dynos × 500 lines/s: nothing missing, nothing doubled', () =>
      expectNothingLost({engine: 'docker', dynos: 4, rate: 500, seconds: 6, kills: 1}));
  });
});
