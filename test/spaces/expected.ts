/** What heroku-behaviour.md 1.1 and 1.9 allow between the parties of the isolation matrix. */
export interface Party {
  name: string;
  kind: 'common' | 'space' | 'data' | 'outside' | 'host';
  /** region or space */
  runtime: string;
  /** as the page calls it */
  title: string;
}

export const parties: Party[] = [
  {name: 'us-a', kind: 'common', runtime: 'us', title: 'us, app a, web.1'},
  {name: 'us-b', kind: 'common', runtime: 'us', title: 'us, app b, worker.1'},
  {name: 'eu-c', kind: 'common', runtime: 'eu', title: 'eu, app c, web.1'},
  {name: 'acme-d', kind: 'space', runtime: 'acme', title: 'space acme, app d, web.1'},
  {name: 'acme-e', kind: 'space', runtime: 'acme', title: 'space acme, app e, worker.1'},
  {name: 'beta-f', kind: 'space', runtime: 'beta', title: 'space beta, app f, web.1'},
  {name: 'beta-g', kind: 'space', runtime: 'beta', title: 'space beta, app g, worker.1'},
  {name: 'acme-data', kind: 'data', runtime: 'acme', title: 'space acme, data service'},
  {name: 'outside', kind: 'outside', runtime: '', title: 'machine beside the host'},
  {name: 'host', kind: 'host', runtime: '', title: 'process of the host'},
];

/** Parties that somebody may try to reach as a dyno or a data service. */
export const targets = parties.filter(({kind}) => kind !== 'outside' && kind !== 'host');

export const ways = {
  port: 'TCP to $PORT',
  other: 'TCP, another port',
  udp: 'UDP',
  ping: 'ping',
  dns: 'DNS name',
  v6: 'IPv6',
  published: 'through gateway or host address',
  raw: 'ARP or raw socket',
} as const;
export type Way = keyof typeof ways;

export type Verdict = 'allowed' | 'denied' | 'not asked';

/** Every pair and way but for what root of the host does with raw sockets: the host is the machine's owner. */
export function expected(from: Party, to: Party, way: Way): Verdict {
  if (from === to) return 'not asked';
  const together = from.runtime === to.runtime;
  if (from.kind === 'space' && to.kind === 'space' && together) {
    return way === 'port' || way === 'other' || way === 'udp' || way === 'ping' || way === 'dns' ? 'allowed' : 'denied';
  }
  if (from.kind === 'space' && to.kind === 'data' && together)
    return way === 'port' || way === 'dns' ? 'allowed' : 'denied';
  // Names are known inside the space; what bears them does not answer a data service.
  if (from.kind === 'data' && together) return way === 'dns' ? 'allowed' : 'denied';
  if (from.kind === 'host') {
    if (way === 'raw') return 'not asked';
    // The router is a process of the host; nothing tells it from another one there.
    if (to.kind !== 'data')
      return way === 'port' || way === 'other' || way === 'udp' || way === 'ping' ? 'allowed' : 'denied';
  }
  return 'denied';
}

/** What leaves a runtime: the controls that show that a closed cell is closed by a rule and not for want of a network. */
export const exits = {
  internet: 'a server beyond the host',
  edge: "a partner on the host, at the edge's address",
  gateway: "a service of the host, at the own bridge's address",
} as const;
export type Exit = keyof typeof exits;

export function expectedExit(from: Party, exit: Exit): Verdict {
  if (from.kind === 'outside') return 'not asked';
  if (from.kind === 'host') return exit === 'internet' ? 'allowed' : 'not asked';
  if (from.kind === 'data') return 'denied';
  if (from.kind === 'space') return exit === 'gateway' ? 'denied' : 'allowed';
  return exit === 'edge' ? 'not asked' : 'allowed';
}

export function cells(): {from: Party; to: Party; way: Way; verdict: Verdict}[] {
  return parties.flatMap((from) =>
    targets.flatMap((to) =>
      (Object.keys(ways) as Way[])
        .map((way) => ({from, to, way, verdict: expected(from, to, way)}))
        .filter(({verdict}) => verdict !== 'not asked'),
    ),
  );
}

const marks: Record<Verdict, string> = {allowed: '**yes**', denied: '·', 'not asked': ' '};

/** The page's tables, in Markdown, from any source of verdicts. */
export function matrixTable(verdictOf: (from: Party, to: Party, way: Way) => Verdict): string {
  const rows = parties.flatMap((from) =>
    targets
      .filter((to) => to !== from)
      .map((to) => [
        from.title,
        to.title,
        ...(Object.keys(ways) as Way[]).map((way) => marks[verdictOf(from, to, way)]),
      ]),
  );
  return table(['from', 'to', ...Object.values(ways)], rows);
}

export function exitTable(verdictOf: (from: Party, exit: Exit) => Verdict): string {
  const rows = parties
    .filter(({kind}) => kind !== 'outside')
    .map((from) => [from.title, ...(Object.keys(exits) as Exit[]).map((exit) => marks[verdictOf(from, exit)])]);
  return table(['from', ...Object.values(exits)], rows);
}

function table(head: string[], rows: string[][]): string {
  const line = (columns: string[]) => `| ${columns.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
