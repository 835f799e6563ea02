import {Listr, ListrLogger, ProcessOutput} from 'listr2';

/** As withProgress, for work that takes seconds and a user who watches: a spinner until it has ended, on stderr. */
export async function withSpinner<Result>(
  stderr: NodeJS.WriteStream,
  doing: string,
  work: () => Promise<Result>,
  done: (result: Result) => string,
): Promise<Result> {
  let result!: Result;
  const output = new ProcessOutput(stderr, stderr);
  const tasks = new Listr(
    [
      {
        title: `${doing}...`,
        task: async (_context, task) => {
          result = await work();
          task.title = `${doing}... ${done(result)}`;
        },
      },
    ],
    {
      renderer: 'default',
      rendererOptions: {logger: new ListrLogger({processOutput: output}), showErrorMessage: false},
      registerSignalListeners: false,
    },
  );
  await tasks.run();
  return result;
}
