import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

/** Writes LINES lines of 100 bytes, `<dyno> <number>...`, as fast as it can or RATE a second, BLOCK at a time, says that it ends, and stays. */
const program = `
const lines = Number(process.env.LINES), rate = Number(process.env.RATE || Infinity);
const block = Number(process.env.BLOCK || 500);
const start = performance.now();
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
(async () => {
  for (let n = 0; n < lines; n += block) {
    const due = (n / rate) * 1000 - (performance.now() - start);
    if (due > 1) await wait(due);
    let text = '';
    for (let i = n; i < Math.min(lines, n + block); i++) text += (process.env.DYNO + ' ' + i + ' ').padEnd(99, '.') + '\\n';
    if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  process.stdout.write('spam ends\\n');
})();
setInterval(() => {}, 1e6);
`;

/** Source of an app whose only process type is \`spam\`. */
export async function writeSpamApp(directory: string): Promise<void> {
  const about = {name: 'spam', version: '1.0.0', private: true};
  await mkdir(directory, {recursive: true});
  await writeFile(join(directory, 'Procfile'), 'spam: node spam.js\n');
  await writeFile(join(directory, 'spam.js'), program);
  await writeFile(join(directory, 'package.json'), JSON.stringify(about));
  await writeFile(
    join(directory, 'package-lock.json'),
    JSON.stringify({...about, lockfileVersion: 3, requires: true, packages: {'': about}}),
  );
}
