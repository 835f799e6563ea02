/**
 * One start of a dyno, from launch to end.
 *
 *                 launched              bound              retired              drained
 *   launching ───────────────▶ starting ─────▶ up ───────────────────▶ draining ─────────▶ stopping
 *      │                          │ │           │                         │                 │    │
 *      │ retired                  │ └── retired, terminated ──────────────┼────────────────▶│    │
 *      ▼          launched        │             │                         │                 │    │ killed
 *   withdrawn ────────────────────┼─────────────┼─────────────────────────┼────────────────▶│    │
 *      │                          │   killed    ▼        killed           ▼                      ▼
 *      │                          └────────▶ killing ◀───────────────────────────────────────────┘
 *      │ failed                                │
 *      └──────────────▶ ended ◀── exited ──────┴── exited: from every phase that has a process
 */
export type Phase =
  /** the engine has been asked to start it */
  | 'launching'
  /** told to stop before the engine had it: gets its SIGTERM as soon as there is a process */
  | 'withdrawn'
  /** launched; a web dyno has not bound $PORT yet */
  | 'starting'
  /** web: $PORT is bound; any other type: launched */
  | 'up'
  /** the router has stopped choosing it; its requests end */
  | 'draining'
  /** SIGTERM is out, the grace time runs */
  | 'stopping'
  /** SIGKILL is out */
  | 'killing'
  /** no process is left */
  | 'ended';

export type Happening =
  /** the engine has started its process */
  | 'launched'
  /** the engine could not start it */
  | 'failed'
  /** $PORT is bound, or nobody waits for it */
  | 'bound'
  /** it shall go */
  | 'retired'
  /** the router has no more requests on it, or will not wait longer */
  | 'drained'
  /** it shall go at once, without drain */
  | 'terminated'
  /** it was sent SIGKILL */
  | 'killed'
  /** its process has ended, whoever wanted it */
  | 'exited';

const table: Record<Phase, Partial<Record<Happening, Phase>>> = {
  launching: {launched: 'starting', failed: 'ended', retired: 'withdrawn', terminated: 'withdrawn', exited: 'ended'},
  withdrawn: {launched: 'stopping', failed: 'ended', exited: 'ended'},
  starting: {bound: 'up', retired: 'stopping', terminated: 'stopping', killed: 'killing', exited: 'ended'},
  up: {retired: 'draining', terminated: 'stopping', killed: 'killing', exited: 'ended'},
  draining: {drained: 'stopping', terminated: 'stopping', killed: 'killing', exited: 'ended'},
  stopping: {killed: 'killing', exited: 'ended'},
  killing: {exited: 'ended'},
  ended: {},
};

/** The phase after something happened; throws on nonsense, which is a defect of ours. */
export function transition(phase: Phase, happening: Happening): Phase {
  const next = table[phase][happening];
  if (next === undefined) throw new Error(`A dyno that is ${phase} cannot be ${happening}`);
  return next;
}

export function canHappen(phase: Phase, happening: Happening): boolean {
  return table[phase][happening] !== undefined;
}

/** Whether it still counts as one that serves or will: not on its way out. */
export function isStaying(phase: Phase): boolean {
  return phase === 'launching' || phase === 'starting' || phase === 'up';
}
