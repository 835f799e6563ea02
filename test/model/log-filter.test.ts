import {expect} from 'chai';
import {matchesQuery} from '../../src/model/log-filter.js';
import type {LogEntry, LogQuery} from '../../src/model/log.js';

const line: LogEntry = {time: 1000, source: 'app', process: 'web.1', message: 'at=error code=H12 desc="x"', pri: 190};

describe('matchesQuery', () => {
  const cases: [LogQuery, Partial<LogEntry>, boolean][] = [
    [{}, {}, true],
    [{source: 'app'}, {}, true],
    [{source: 'heroku'}, {}, false],
    [{source: 'ap'}, {}, false],
    [{process: 'web.1'}, {}, true],
    [{process: 'web'}, {}, true],
    [{process: 'web'}, {process: 'web2.1'}, false],
    [{process: 'web.1'}, {process: 'web.11'}, false],
    [{process: 'we'}, {}, false],
    [{process: 'router'}, {process: 'router'}, true],
    [{source: 'app', process: 'worker'}, {}, false],
    [{since: 1000}, {}, true],
    [{since: 1001}, {}, false],
    [{code: 'H12'}, {}, true],
    [{code: 'h12'}, {}, true],
    [{code: 'H1'}, {}, false],
    [{code: 'R14'}, {message: 'Error R14 (Memory quota exceeded)'}, true],
    [{code: 'H12'}, {message: 'path="/H12"'}, false],
  ];
  for (const [query, over, expected] of cases) {
    it(`${JSON.stringify(query)} ${expected ? 'takes' : 'leaves'} ${JSON.stringify(over)}`, () => {
      expect(matchesQuery(query, {...line, ...over})).to.equal(expected);
    });
  }
});
