import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';

/** `describe` for what needs a Docker Engine: skipped with the reason where none answers, failed where one is required. */
export function describeDocker(title: string, define: (this: Mocha.Suite) => void): void {
  describe(title, () => {
    before(async function () {
      const reason = await whyNoDocker();
      if (reason === null) return;
      if (process.env.DYNO_REQUIRE_DOCKER === '1') throw new Error(`DYNO_REQUIRE_DOCKER=1, but ${reason}`);
      console.log(`    skipped, ${reason}`);
      this.skip();
    });
    // One level down: mocha runs the `after` of a suite that its own `before` skipped, but not those below.
    describe('with a Docker Engine', define);
  });
}

/** Null where an engine answers. */
export function whyNoDocker(): Promise<string | null> {
  answer ??= new Promise((resolve) => {
    execFile(process.execPath, [ASK], (error, _stdout, stderr) => resolve(error === null ? null : stderr.trim()));
  });
  return answer;
}

/** Asked once per test process. */
let answer: Promise<string | null> | undefined;

/** The same question as script/test asks, in one place. */
const ASK = fileURLToPath(new URL('../../../script/lib/docker-version.js', import.meta.url));
