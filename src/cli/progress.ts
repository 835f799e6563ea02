/** Where progress goes: stderr in the program. */
export interface ProgressOutput {
  write: (text: string) => unknown;
}

/**
 * `Scaling dynos... done, now running web at 3:Standard-1X`, as the official CLI tells it: what is being done at once,
 * how it ended when it did. A failure ends the line with `!` and goes on to the caller.
 */
export async function withProgress<Result>(
  output: ProgressOutput,
  doing: string,
  work: () => Promise<Result>,
  done: (result: Result) => string = () => 'done',
): Promise<Result> {
  output.write(`${doing}...`);
  try {
    const result = await work();
    output.write(` ${done(result)}\n`);
    return result;
  } catch (error) {
    output.write(' !\n');
    throw error;
  }
}
