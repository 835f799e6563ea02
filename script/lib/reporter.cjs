// mocha's own report, why a test was tried again, what keeps the process from its end, and the counts in a file of JSON
// for script/test, which sums up several runs.
const {writeFileSync} = require('node:fs');
const {reporters, Runner} = require('mocha');

/** ms after the last test until what is still open counts as left behind */
const PATIENCE_MS = 15_000;

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
      setTimeout(() => {
        console.log(`  A test left something open: ${leftOpen().join(', ')}`);
        process.exit(1);
      }, PATIENCE_MS).unref();
    });
  }
};

/** Node has no public way to look at them closely. */
function leftOpen() {
  const sockets = process._getActiveHandles().filter((handle) => 'remotePort' in handle || 'listening' in handle);
  return [
    ...process.getActiveResourcesInfo(),
    ...sockets.map((socket) =>
      socket.listening
        ? `listening at ${JSON.stringify(socket.address())}`
        : `${socket.localAddress}:${socket.localPort} to ${socket.remoteAddress}:${socket.remotePort}, parser: ${socket.parser !== undefined}, server: ${socket.server?.constructor?.name}, ${socket.bytesRead} bytes read`,
    ),
  ];
}
