// Exit status 1 when the running node is outside of the range in the first argument. npm brings semver with it;
// without npm beside node nothing is known, and nothing is said.
const {dirname, join} = require('node:path');
const {execFileSync} = require('node:child_process');
try {
  const root = execFileSync('npm', ['root', '-g'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
  const semver = require(
    require.resolve('semver', {paths: [join(root, 'npm'), join(dirname(process.execPath), '../lib/node_modules/npm')]}),
  );
  process.exitCode = semver.satisfies(process.version, process.argv[2]) ? 0 : 1;
} catch {
  process.exitCode = 0;
}
