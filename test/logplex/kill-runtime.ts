import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {checkout, Installation} from '../support/installation.js';
import {writeSpamApp} from '../support/spam-app.js';
import {until} from '../support/until.js';
import {DrainBooks, StreamBooks} from './stream-books.js';

export interface KillPlan {
  engine: 'docker' | 'process';
  dynos: number;
  /** lines per dyno and second */
  rate: number;
  seconds: number;
  kills: number;
}

export interface KillOutcome {
  /** lines that all dynos wrote together, but for their last words */
  written: number;
  drains: DrainBooks;
  /** what the http drain had when the history was read */
  stream: string[];
  tail: StreamBooks;
  /** lines of the tail, whoever said them, but for its L11 */
  tailLines: number;
  /** `dyno logs -n 1500` at the end, oldest first */
  history: string[];
}

const FIRST_KILL_MS = 1500;
/** ms without a line after which none is waited for */
const STILL_MS = 15_000;

/** Kills the runtime with -9 again and again while its dynos write, and reads everything there is to read. */
export async function killWhileWriting(plan: KillPlan): Promise<KillOutcome> {
  const installation = await Installation.make(plan.engine);
  const drains = new DrainBooks();
  try {
    const urls = await drains.listen();
    const source = join(installation.home, 'spam');
    await writeSpamApp(source);
    await installation.ok('create', 'demo');
    const {rate, seconds} = plan;
    await installation.ok('config:set', `LINES=${rate * seconds}`, `RATE=${rate}`, 'BLOCK=50', '-a', 'demo');
    await installation.ok('deploy', source, '-a', 'demo');
    const tail = openTail(installation);
    await until('the tail', () => tail.lines > 0);
    for (const url of Object.values(urls)) await installation.ok('drains:add', url, '-a', 'demo');
    await installation.ok('scale', `spam=${plan.dynos}`, '-a', 'demo');
    await killAgainAndAgain(installation, plan);
    // On a machine that is too busy the last words may be among what the drain has lost, and told of.
    const isOver = async () => drains.http.ends === plan.dynos || (await isStill(() => drains.http.lines, STILL_MS));
    await until('the last word of every dyno', isOver, 180_000);
    await until('the end of the syslog drain', () => isStill(() => drains.syslog.lines));
    await until('the end of the tail', () => isStill(() => tail.lines));
    await tail.close();
    const history = (await installation.ok('logs', '-n', '1500', '-a', 'demo')).trimEnd().split('\n');
    const stream = [...drains.stream];
    const written = plan.dynos * rate * seconds;
    return {written, drains, stream, tail: tail.books, tailLines: tail.lines, history};
  } finally {
    await installation.remove();
    await drains.close();
  }
}

async function killAgainAndAgain(installation: Installation, {seconds, kills}: KillPlan): Promise<void> {
  const pause = (seconds * 1000 - FIRST_KILL_MS) / kills;
  for (let kill = 0; kill < kills; kill++) {
    await new Promise((resolve) => setTimeout(resolve, kill === 0 ? FIRST_KILL_MS : pause));
    const pid = await until('a runtime', async () => (await installation.pidOf('us')) || undefined);
    process.kill(pid, 'SIGKILL');
    await until('another runtime', async () => ![0, pid].includes(await installation.pidOf('us')));
  }
}

/** `dyno logs --tail` as a user runs it: over all kills one and the same process. */
function openTail(installation: Installation) {
  const args = [join(checkout, 'bin/run.js'), 'logs', '--tail', '-n', '1', '-a', 'demo'];
  const child = spawn(process.execPath, args, {env: installation.env, stdio: ['ignore', 'pipe', 'inherit']});
  const tail = {books: new StreamBooks(), lines: 0, close};
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [, process, message] = /^\S+ \w+\[(\S+)\]: (.*)$/.exec(line) ?? ['', '', ''];
      tail.books.read(process!, message!);
      if (!message!.startsWith('Error L11')) tail.lines++;
    }
  });
  async function close(): Promise<void> {
    const closed = once(child, 'close');
    child.kill();
    await closed;
  }
  return tail;
}

/** Whether nothing more came for a while. */
async function isStill(count: () => number, ms = 1000): Promise<boolean> {
  const before = count();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return count() === before;
}
