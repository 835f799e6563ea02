/**
 * What the dyno manager can do next for one app. Data only; execute.ts has one entry per kind.
 * Dynos and slots are named by id and by name, so that a plan can be told, compared and tested.
 */
export type Step =
  /** start a dyno in a slot that has none; makes the slot if it is new */
  | {kind: 'launch'; name: string; type: string; number: number}
  /** stop the slot's dyno; its replacement starts when SIGTERM goes out */
  | {kind: 'replace'; name: string; why: 'restart' | 'cycle'}
  /** the slot is not wanted any more */
  | {kind: 'retire'; name: string}
  /** preboot: start a successor beside the slot's dyno */
  | {kind: 'preboot'; name: string}
  /** preboot: the successor takes over, the old dyno goes */
  | {kind: 'switch'; name: string}
  /** preboot: the successor is of no use any more */
  | {kind: 'drop-successor'; name: string}
  /** all of the app's dynos go to sleep */
  | {kind: 'sleep'}
  | {kind: 'kill'; id: string; why: 'boot-timeout' | 'exit-timeout' | 'memory'}
  | {kind: 'stop-one-off'; id: string; why: 'expired' | 'cycle' | 'attach-error'}
  /** the client is gone: SIGHUP */
  | {kind: 'hang-up'; id: string}
  /** the client is gone, and SIGHUP did not help: R16 */
  | {kind: 'report-detached'; id: string};
