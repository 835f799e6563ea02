import {expect} from 'chai';
import {lines, loadLine, memoryLine} from '../../src/model/dyno-log-lines.js';

const MB = 1024 * 1024;

/** heroku-behaviour.md 5.7 and 4.2, byte for byte */
describe('lines of the dyno manager', () => {
  it('load', () => {
    expect(loadLine('web.1', 'heroku.12345.abc', [0, 0.004, 0.0149])).to.equal(
      'source=web.1 dyno=heroku.12345.abc sample#load_avg_1m=0.00 sample#load_avg_5m=0.00 sample#load_avg_15m=0.01',
    );
  });

  it('memory', () => {
    const figures = {rss: 180.05 * MB, cache: 0.38 * MB, swap: 0, pgpgin: 84329, pgpgout: 38140};
    expect(memoryLine('web.1', 'heroku.12345.abc', figures, 512)).to.equal(
      'source=web.1 dyno=heroku.12345.abc sample#memory_total=180.43MB sample#memory_rss=180.05MB ' +
        'sample#memory_cache=0.38MB sample#memory_swap=0.00MB sample#memory_pgpgin=84329pages ' +
        'sample#memory_pgpgout=38140pages sample#memory_quota=512.00MB',
    );
  });

  it('memory above the quota', () => {
    expect(lines.memory(871 * MB, 512)).to.equal('Process running mem=871M(170.1%)');
  });

  it('a sleeping dyno is down in the log', () => {
    expect(lines.stateChanged('up', 'idle')).to.equal('State changed from up to down');
  });

  it('the errors with their limits', () => {
    expect(lines.bootTimeout(90_000)).to.include('within 90 seconds of launch');
    expect(lines.exitTimeout(30_000)).to.include('within 30 seconds of SIGTERM');
    expect(lines.checksum('SHA256:a', 'SHA256:b')).to.equal(
      'Error R17 (Checksum error) -> Checksum does match expected value. Expected: SHA256:a Actual: SHA256:b',
    );
  });
});
