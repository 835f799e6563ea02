import {Listr, ListrLogger, ProcessOutput} from 'listr2';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

/** Shows a line below the spinner, until the next one or the end. */
export type Tell = (text: string) => void;

/**
 * As withProgress, for work that takes seconds and a user who watches: a spinner until it has ended, on stderr. Nothing
 * else must be written there meanwhile: it would show at the end only.
 */
export async function withSpinner<Result>(
  stderr: NodeJS.WriteStream,
  doing: string,
  work: (tell: Tell) => Promise<Result>,
  done: (result: Result) => string,
): Promise<Result> {
  let result!: Result;
  const output = new ProcessOutput(stderr, stderr);
  const tasks = new Listr(
    [
      {
        title: `${doing}...`,
        task: async (_context, task) => {
          result = await work((text) => (task.output = text));
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
  // Whoever hides the cursor shows it again before dying.
  const onSignal = (signal: NodeJS.Signals) => {
    output.release();
    ignoreSignals();
    process.kill(process.pid, signal);
  };
  const ignoreSignals = () => SIGNALS.forEach((signal) => process.off(signal, onSignal));
  SIGNALS.forEach((signal) => process.on(signal, onSignal));
  try {
    await tasks.run();
  } finally {
    ignoreSignals();
  }
  return result;
}
