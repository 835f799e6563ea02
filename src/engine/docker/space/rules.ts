import {edgeLayout, SPACE_BITS, EDGE_BITS, spaceLayout} from '../../../model/subnets.js';

/**
 * Guard of a space, in the host's network namespace, one table for the whole bridge:
 *  - what dynos send leaves through the egress gateway, which is on their bridge, or not at all;
 *  - nobody beyond the bridge opens a connection to a dyno, whatever the policy of FORWARD is (docker-facts.md 1);
 *  - dynos reach no port of the host itself but `hostPorts`, and nobody else reaches those at the bridge's address;
 *  - the host reaches no data service.
 * Loaded in one transaction, over an older one if there is any.
 */
export function spaceGuard(options: {
  bridge: string;
  subnet: string;
  hostPorts: readonly number[];
  /** what reaches published ports is forwarded (rootless, virtual machine): strangers then have to open connections */
  forwarded: boolean;
}): string {
  const {bridge, subnet, hostPorts, forwarded} = options;
  const {host, router, dataFirst, dataLast} = spaceLayout(subnet);
  return `${dropGuard(bridge)}
table inet ${guardTable(bridge)} {
  chain input {
    type filter hook input priority filter - 10; policy accept;
    iifname != { "lo", "${bridge}" } ip daddr { ${host}, ${router} } drop
    iifname != "${bridge}" accept
    ct state established,related accept
${hostPorts.length > 0 ? `    tcp dport { ${hostPorts.join(', ')} } accept\n` : ''}    drop
  }
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    iifname "${bridge}" oifname != "${bridge}" ${forwarded ? 'ct state new ' : ''}drop
${forwarded ? '' : `    iifname != "${bridge}" oifname "${bridge}" drop\n`}  }
  chain output {
    type filter hook output priority filter - 10; policy accept;
    oifname "${bridge}" ip daddr ${dataFirst}-${dataLast} drop
  }
}
${atRouter(bridge, router, hostPorts)}`;
}

/** At the address that its names resolve to, the router is on the usual ports as well. */
function atRouter(bridge: string, router: string, [http, https]: readonly number[]): string {
  if (http === undefined) return '';
  const redirect = (port: number, to: number) =>
    `    iifname "${bridge}" ip daddr ${router} tcp dport { ${port}, ${to} } redirect to :${to}\n`;
  return `table ip ${guardTable(bridge)} {
  chain router {
    type nat hook prerouting priority dstnat - 10; policy accept;
${redirect(80, http)}${https === undefined ? '' : redirect(443, https)}  }
}
`;
}

/** One more address of the host's on a space's bridge, as a shell command. */
export function hostAddress(bridge: string, subnet: string): string {
  return `ip addr replace ${spaceLayout(subnet).router}/32 dev ${bridge}\n`;
}

/**
 * Guard of a Common Runtime's bridge, for engines whose own blocking does not hold: frames between two ports of the
 * bridge are dropped in the bridge itself, by subnet, whether or not bridged traffic passes iptables.
 */
export function commonGuard(bridge: string, subnet: string): string {
  return `${dropCommonGuard(bridge)}
table bridge ${guardTable(bridge)} {
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    ip saddr ${subnet} ip daddr ${subnet} drop
    arp saddr ip ${subnet} drop
  }
}
`;
}

/**
 * Guard of a Common Runtime's bridge `device` against the machines beside this one: from beyond the host come answers
 * only, whatever the policy of FORWARD is (docker-facts.md 1).
 */
export function neighbourGuard(bridge: string, device: string): string {
  return `${dropGuard(bridge)}
table inet ${guardTable(bridge)} {
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    iifname "${device}" accept
    oifname "${device}" ct state != { established, related } drop
  }
}
`;
}

/** Removes a network's guard; no error when there is none. */
export function dropGuard(bridge: string): string {
  return ['inet', 'ip'].map((family) => dropTable(family, bridge)).join('\n');
}

export function dropCommonGuard(bridge: string): string {
  return dropTable('bridge', bridge);
}

function dropTable(family: string, bridge: string): string {
  return `table ${family} ${guardTable(bridge)}
delete table ${family} ${guardTable(bridge)}`;
}

function guardTable(bridge: string): string {
  return `dyno_${bridge.replaceAll(/\W/g, '_')}`;
}

/**
 * Firewall of a data service, in its own network namespace: dynos of the space may call its ports, and nothing else
 * happens. It opens no connection itself.
 */
export function dataFirewall(subnet: string, ports: readonly number[]): string {
  const {pool} = spaceLayout(subnet);
  return `table inet dyno
delete table inet dyno
table inet dyno {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
    ip saddr ${pool} tcp dport { ${ports.join(', ')} } accept
  }
  chain output {
    type filter hook output priority filter; policy drop;
    oifname "lo" accept
    ct state established,related accept
  }
}
`;
}

/** As a shell command; heredocs keep the rules readable in `docker inspect`. */
export function loadRules(rules: string): string {
  return `nft -f - <<'RULES'\n${rules}RULES\n`;
}

/**
 * What an egress gateway runs, from its first instruction on. Until the last two lines no dyno can send anything to it:
 * after a restart dynos still know the hardware address that the way out had, so the gateway takes that address only
 * once its rules are loaded. Nothing is forwarded without them.
 */
export function gatewayScript(subnet: string, natAddresses: readonly string[], edge: string): string {
  const space = spaceLayout(subnet);
  const {host} = edgeLayout(edge);
  const map = natAddresses.map((address, n) => `${n} : ${address}`).join(', ');
  return `set -e
echo begin
interface_of() { set -- $(ip -o -4 addr show to "$1"); echo "$2"; }
space=$(interface_of ${space.egress}/32)
edge=$(interface_of ${edge})
nft -f - <<RULES
table ip dyno {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "$space" oifname "$edge" ip saddr ${space.pool} accept
  }
  chain outbound {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "$edge" ip saddr ${subnet} snat to numgen inc mod ${natAddresses.length} map { ${map} }
  }
}
RULES
${natAddresses.map((address) => `ip addr add ${address}/${EDGE_BITS} dev "$edge"`).join('\n')}
ip route replace default via ${host} dev "$edge"
ip link set "$space" address ${wayOutMac(subnet)}
ip addr add ${space.wayOut}/${SPACE_BITS} dev "$space"
echo ready
trap 'exit 0' TERM INT
sleep infinity & wait
`;
}

/** Never one that Docker gives: those begin with 02:42. */
export function wayOutMac(subnet: string): string {
  const bytes = spaceLayout(subnet)
    .wayOut.split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return `02:44:${bytes.join(':')}`;
}
