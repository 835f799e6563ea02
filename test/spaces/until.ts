import {setTimeout as wait} from 'node:timers/promises';

/** Asks until the answer is true; real engines take their time on a busy machine. */
export async function until(what: string, ask: () => Promise<boolean | undefined>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await wait(100);
  }
}
