import {lookup} from 'node:dns/promises';

/** ms that the machine's resolver gets */
const LOOKUP_MS = 5000;

/** Whether a name resolves on this machine, by its hosts file or its name servers. */
export type ResolvesHost = (host: string) => Promise<boolean>;

export const resolvesHost: ResolvesHost = (host) => {
  const limit = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), LOOKUP_MS).unref());
  const found = lookup(host).then(
    () => true,
    () => false,
  );
  return Promise.race([found, limit]);
};
