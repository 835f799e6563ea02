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

/** A test for every flow, group by group and in order. */
export function describeFlows(groups: Record<string, Flow[]>, heroku: (flow: Flow) => Promise<void>): void {
  for (const [name, flows] of Object.entries(groups)) {
    describe(name, () => {
      for (const flow of flows) it(`heroku ${flow.type}`, () => heroku(flow));
    });
  }
}
