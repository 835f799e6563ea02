import {createInterface} from 'node:readline/promises';

/** One line from the terminal. The question goes to stderr: stdout is for data. */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({input: process.stdin, output: process.stderr});
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
