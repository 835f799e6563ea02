// mocha's own report, why a test was tried again, and the counts in a file of JSON for script/test, which sums up
// several runs.
const {writeFileSync} = require('node:fs');
const {reporters, Runner} = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.on(Runner.constants.EVENT_TEST_RETRY, (test, error) => {
      console.log(`  Tried again: ${test.fullTitle()}\n${String(error.stack ?? error).replace(/^/gm, '    ')}`);
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const {passes, failures, pending} = this.stats;
      const file = process.env.DYNO_TEST_COUNTS;
      if (file) writeFileSync(file, JSON.stringify({passed: passes, failed: failures, skipped: pending}));
    });
  }
};
