import {spacesBegin, spacesEnd, spacesWithCode} from './flows/spaces.js';
import {Workplace} from './workplace.js';

/** Private spaces have networks of their own: a Docker Engine makes them, started by script/compat where it can. */
describe('the official heroku CLI in private spaces', function () {
  this.timeout(240_000);
  let place: Workplace;

  before(async () => {
    place = await Workplace.open('docker');
  });
  after(() => place?.close());

  for (const flow of spacesBegin) it(`heroku ${flow.type}`, () => place.prove(flow));
  describe('with code', () => {
    before(() => place.deploy('inside'));
    for (const flow of spacesWithCode) it(`heroku ${flow.type}`, () => place.prove(flow));
  });
  describe('the end', () => {
    for (const flow of spacesEnd) it(`heroku ${flow.type}`, () => place.prove(flow));
  });
});
