/** The slug that the contract's dynos run: profile scripts, a server, a family of processes, a writer, a memory hog. */
export const probeApp: Record<string, string> = {
  Procfile: 'web: node server.mjs\nworker: bash family.sh\n',
  '.profile.d/2.sh': 'export PROFILE_ORDER="${PROFILE_ORDER}2"\n',
  '.profile.d/1.sh': 'export PROFILE_ORDER="${PROFILE_ORDER}1"\n',
  '.profile.d/a.sh': 'export PROFILE_ORDER="${PROFILE_ORDER}a"\n',
  '.profile.d/not-a-script.txt': 'export PROFILE_ORDER="${PROFILE_ORDER}!"\n',
  '.profile': 'export PROFILE_ORDER="${PROFILE_ORDER}p" OVERRIDDEN=by-profile\n',
  'bin/hello': '#!/usr/bin/env bash\necho hello from the slug\n',

  'server.mjs': `import http from 'node:http';
const server = http.createServer((request, response) => response.end('dyno ' + process.env.DYNO + '\\n'));
server.listen(Number(process.env.PORT), process.env.LISTEN ?? '0.0.0.0', () => console.log('listening'));
process.on('SIGTERM', () => { console.log('server got SIGTERM'); server.close(() => process.exit(0)); server.closeAllConnections(); });
`,

  // A main process without a handler, a child, and a grandchild in a session of its own that takes its time to end.
  'family.sh': `grandchild() { exec setsid bash -c 'trap "echo grandchild got TERM; sleep 0.5; echo grandchild done; exit 0" TERM; trap "echo grandchild got HUP" HUP; echo grandchild ready; while :; do sleep 0.05; done'; }
grandchild &
bash -c 'trap "echo child got TERM; exit 0" TERM; trap "echo child got HUP" HUP; echo child ready; while :; do sleep 0.05; done' &
exec node -e 'console.log("main ready"); setInterval(() => {}, 1000)'
`,

  'trapping.sh': `trap 'echo main got TERM; exit 3' TERM
echo main ready
while :; do sleep 0.05; done
`,

  'stubborn.mjs': `for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => console.log('ignoring ' + signal));
console.log('ready');
setInterval(() => {}, 1000);
`,

  // Numbered lines on both streams, some without a newline for long; paced, so that a reader can leave in the middle.
  'writer.mjs': `const [lines, pauseEvery, pauseMs] = process.argv.slice(2).map(Number);
const write = (stream, text) => new Promise((resolve) => stream.write(text, resolve));
for (let n = 0; n < lines; n++) {
  await write(process.stdout, 'out ' + n + ' ' + 'x'.repeat(n % 97) + '\\n');
  if (n % 5 === 0) await write(process.stderr, 'err ' + n + '\\n');
  if (n % 1000 === 500) await write(process.stdout, 'long ' + 'y'.repeat(50000) + '\\n');
  if (n % pauseEvery === 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
`,

  'spawner.mjs': `import {spawn} from 'node:child_process';
const end = (spawned, code) => { console.log('spawned ' + spawned + ', then ' + code); process.exit(0); };
for (let n = 0; n < Number(process.argv[2]); n++) {
  const child = spawn('sleep', ['30'], {stdio: 'ignore'});
  child.on('error', (error) => end(n, error.code));
  if (child.pid === undefined) break;
}
setTimeout(() => end(Number(process.argv[2]), 'nothing'), 3000);
`,

  'hog.mjs': `const held = [];
for (let mb = 0; mb < Number(process.argv[2]); mb += 8) held.push(Buffer.alloc(8 << 20, 1));
console.log('holding ' + process.argv[2]);
setInterval(() => held.length, 1000);
`,
};

/** What writer.mjs writes in all. */
export function writerOutput(lines: number): {stdout: string; stderr: string} {
  let stdout = '';
  let stderr = '';
  for (let n = 0; n < lines; n++) {
    stdout += `out ${n} ${'x'.repeat(n % 97)}\n`;
    if (n % 5 === 0) stderr += `err ${n}\n`;
    if (n % 1000 === 500) stdout += `long ${'y'.repeat(50000)}\n`;
  }
  return {stdout, stderr};
}
