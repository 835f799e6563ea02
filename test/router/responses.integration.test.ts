import {expect} from 'chai';
import {GET, RouterFixture} from './support/router-fixture.js';
import {responseCases} from './support/response-cases.js';
import type {ResponseCase} from './support/response-cases.js';

/** heroku-behaviour.md 3.2, 3.4, 3.5 and 3.7 over real sockets on both sides. */
describe('responses on the wire', () => {
  let fixture: RouterFixture;

  before(async () => (fixture = await new RouterFixture().open()));
  after(() => fixture.close());
  beforeEach(() => {
    fixture.lines.length = 0;
  });

  async function run(example: ResponseCase): Promise<void> {
    fixture.dyno.answer = ({send, end}) => {
      const pieces = [example.response].flat();
      const next = () => {
        const piece = pieces.shift();
        if (piece !== undefined) {
          send(piece);
          setImmediate(next);
        } else if (!example.open) end();
      };
      next();
    };
    const client = await fixture.client();
    client.send(example.request ?? GET);
    const line = await fixture.line();
    const cut = example.closes === true || (example.status === 200 && line.includes('code='));
    const response = cut ? await client.toEnd() : await client.response(example.method);
    expect(response.slice(9, 12), response.slice(0, 300)).to.equal(String(example.status));
    for (const part of example.client ?? []) {
      if (typeof part === 'string') expect(response).to.include(part);
      else expect(response).to.match(part);
    }
    for (const part of example.notClient ?? []) {
      if (typeof part === 'string') expect(response).not.to.include(part);
      else expect(response).not.to.match(part);
    }
    if (typeof example.line === 'string') expect(line).to.include(example.line);
    else if (example.line) expect(line).to.match(example.line);
    client.close();
  }

  for (const [group, examples] of Object.entries(responseCases)) {
    describe(group, () => {
      for (const example of examples) it(example.name, () => run(example));
    });
  }
});
