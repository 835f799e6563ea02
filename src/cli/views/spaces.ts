import type {InboundRuleset, Space, SpaceNat, SpaceTopology} from '../../client/space-api.js';
import {layoutFields} from '../layout.js';

/** The block of fields of `spaces:info`, in the official order. */
export function layoutSpace(space: Space, nat?: SpaceNat): string[] {
  return layoutFields({
    ID: space.id,
    Team: space.team.name,
    Region: space.region.description ?? space.region.name,
    CIDR: space.cidr,
    'Data CIDR': space.data_cidr,
    State: space.state,
    Shield: space.shield ? 'on' : 'off',
    'Outbound IPs': nat && natWords(nat),
    'Created at': space.created_at,
  });
}

export function natWords({state, sources}: SpaceNat): string {
  return state === 'enabled' ? sources.join(', ') : state;
}

/** Whether the rules hold on the network; nothing where the API does not say. */
export function appliedWords({applied}: InboundRuleset): string[] {
  if (applied === undefined) return [];
  if (applied) return ['Trusted IP rules are applied to this space.'];
  return [
    'Trusted IP rules are not applied to this space. Update your Trusted IP list to trigger a re-application of the rules.',
  ];
}

export interface TopologyBlock {
  appId: string;
  types: string[];
  lines: string[];
}

/** One block per app: process types, domains, dynos with address and name. */
export function topologyBlocks(topology: SpaceTopology): TopologyBlock[] {
  return topology.apps.map((app) => ({
    appId: app.id,
    types: app.formation.map(({process_type}) => process_type).sort(),
    lines: layoutFields({
      Domains: [...app.domains].sort(),
      Dynos: app.formation
        .flatMap(({process_type, dynos}) => dynos.map((dyno) => ({...dyno, type: process_type})))
        .sort((one, other) => (one.type === other.type ? one.number - other.number : one.type < other.type ? -1 : 1))
        .map((dyno) => [`${dyno.type}.${dyno.number}`, dyno.private_ip, dyno.hostname].filter(Boolean).join(' - ')),
    }),
  }));
}
