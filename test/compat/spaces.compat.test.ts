import {spaces} from './flows/spaces.js';
import {Workplace} from './workplace.js';

/** Private spaces have networks of their own: a Docker Engine makes them, started by script/compat where it can. */
describe('the official heroku CLI in private spaces', function () {
  this.timeout(240_000);
  let place: Workplace;

  before(async () => {
    place = await Workplace.open('docker');
  });
  after(() => place?.close());

  for (const flow of spaces) it(`heroku ${flow.type}`, () => place.prove(flow));
});
