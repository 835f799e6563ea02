/**
 * Ports of one installation, all derived from its base port (DYNO_PORT), all on loopback.
 *
 *   base        API, git                      7770
 *   base + 10   router of us, http            7780
 *   base + 11   router of eu, http            7781
 *   base + 12   router of us, https           7782
 *   base + 13   router of eu, https           7783
 *   base + 20   spaces, two each: http, https 7790, 7791, …
 */
export const DEFAULT_BASE_PORT = 7770;

export interface RouterPorts {
  httpPort: number;
  httpsPort: number;
}

export const commonRouterPorts = (basePort: number, region: string): RouterPorts => {
  const offset = region === 'eu' ? 1 : 0;
  return {httpPort: basePort + 10 + offset, httpsPort: basePort + 12 + offset};
};

/** The `index`-th space's, from 0. */
export const spaceRouterPorts = (basePort: number, index: number): RouterPorts => ({
  httpPort: basePort + 20 + 2 * index,
  httpsPort: basePort + 21 + 2 * index,
});

/** Base port that an environment means. Undefined when DYNO_PORT is no usable port. */
export function basePortOf(env: {DYNO_PORT?: string | undefined}): number | undefined {
  if (!env.DYNO_PORT) return DEFAULT_BASE_PORT;
  const port = Number(env.DYNO_PORT);
  return Number.isInteger(port) && port >= 1024 && port <= 65_000 ? port : undefined;
}
