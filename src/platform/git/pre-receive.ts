import {execFile, spawn} from 'node:child_process';
import {createWriteStream} from 'node:fs';
import {request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {text} from 'node:stream/consumers';
import {pipeline} from 'node:stream/promises';
import {promisify} from 'node:util';
import {createGzip} from 'node:zlib';
import {readLines} from '../../runtime/ndjson.js';
import type {RefUpdate} from './push-updates.js';
import {decidePush, isZero, parseUpdates} from './push-updates.js';
import type {PushEvent, PushRequest} from './pushes.js';

/**
 * The pre-receive hook of every repository, a process of git's own. What it prints, the pusher sees after `remote: `.
 * The pushed objects are in quarantine and only this process can read them: it packs the commit's files where the
 * platform told it to, has the platform build them, and rejects the push when that fails.
 */
async function main(): Promise<number> {
  const {DYNO_PUSH_URL: url, DYNO_PUSH_SOURCE: source} = process.env;
  if (!url || !source) throw new Error('this hook runs under the platform only');
  const decision = decidePush(parseUpdates(await text(process.stdin)));
  if (decision.kind !== 'build') {
    process.stdout.write(decision.text);
    return decision.kind === 'accept' ? 0 : 1;
  }
  if (!(await isCurrent({ref: decision.ref, old: decision.old}))) {
    process.stdout.write(' !\tAnother push was faster. Fetch it, then push again.\n');
    return 1;
  }
  process.stdout.write('Compressing source files... ');
  await archive(decision.commit, source);
  process.stdout.write('done.\nBuilding source:\n\n');
  const description = await git('log', '-1', '--format=%s', decision.commit);
  return build(url, {commit: decision.commit, description: description.trim().slice(0, 500)});
}

/** Whether the ref is still what the pusher believes: else the push would fail after its build. */
async function isCurrent({ref, old}: Pick<RefUpdate, 'ref' | 'old'>): Promise<boolean> {
  const found = await git('rev-parse', '--verify', '--quiet', ref).catch(() => '');
  return found === '' ? isZero(old) : found.trim() === old;
}

async function archive(commit: string, path: string): Promise<void> {
  const child = spawn('git', ['archive', '--format=tar', commit], {stdio: ['ignore', 'pipe', 'inherit']});
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  await pipeline(child.stdout, createGzip({level: 1}), createWriteStream(path, {mode: 0o600}));
  if ((await ended) !== 0) throw new Error('git archive failed');
}

async function git(...args: string[]): Promise<string> {
  return (await promisify(execFile)('git', args)).stdout;
}

/** Prints the output of the build; answers the hook's exit status. */
async function build(url: string, push: PushRequest): Promise<number> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const body = JSON.stringify(push);
    const headers = {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)};
    request(url, {method: 'POST', headers}, resolve).once('error', reject).end(body);
  });
  for await (const line of readLines(response)) {
    const event = JSON.parse(line) as PushEvent;
    if (event.output !== undefined) process.stdout.write(event.output);
    if (event.accepted !== undefined) return event.accepted ? 0 : 1;
  }
  process.stdout.write('\n !\tThe platform went away during the build.\n');
  return 1;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stdout.write(`\n !\t${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
