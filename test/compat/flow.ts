/** One use of the official CLI: what is typed, what it has to print, how it has to end. */
export interface Flow {
  type: string;
  out?: RegExp;
  err?: RegExp;
  status?: number;
  input?: string;
  /** call of the API, and what its answer has to hold afterwards */
  then?: [path: string, effect: RegExp];
}

export const flow = (type: string, out?: RegExp, more: Omit<Flow, 'type' | 'out'> = {}): Flow => ({
  type,
  ...(out ? {out} : {}),
  ...more,
});
