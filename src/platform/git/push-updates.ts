/** One line of what a pre-receive hook reads: a ref that the push wants to change. */
export interface RefUpdate {
  old: string;
  new: string;
  ref: string;
}

/** What a push means for the app. */
export type PushDecision =
  | {kind: 'build'; ref: string; commit: string; old: string}
  /** nothing of it is deployed: taken, not built (heroku-behaviour.md 6.8) */
  | {kind: 'accept'; text: string}
  | {kind: 'reject'; text: string};

const DEPLOYED = ['refs/heads/main', 'refs/heads/master'];

export function parseUpdates(stdin: string): RefUpdate[] {
  return stdin
    .split('\n')
    .map((line) => line.split(' '))
    .filter((words) => words.length === 3)
    .map(([old, next, ref]) => ({old: old!, new: next!, ref: ref!}));
}

export function decidePush(updates: readonly RefUpdate[]): PushDecision {
  const deployed = updates.filter(({ref}) => DEPLOYED.includes(ref));
  if (deployed.some((update) => isZero(update.new))) {
    return {kind: 'reject', text: ' !\tThe branch that is deployed cannot be deleted.\n'};
  }
  if (deployed.length > 1) {
    return {kind: 'reject', text: ' !\tPush either main or master, not both: each of them is deployed.\n'};
  }
  const [update] = deployed;
  if (update) return {kind: 'build', ref: update.ref, commit: update.new, old: update.old};
  const branch = updates.find(({ref, new: next}) => ref.startsWith('refs/heads/') && !isZero(next));
  if (!branch) return {kind: 'accept', text: ''};
  const name = branch.ref.slice('refs/heads/'.length);
  return {
    kind: 'accept',
    text: `Pushed to non-main branch, skipping build.\nTo deploy this branch to your app, run: git push <remote> ${name}:main\n`,
  };
}

export const isZero = (commit: string): boolean => /^0+$/.test(commit);
