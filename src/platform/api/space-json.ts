import type {PlatformContext} from '../context.js';
import type {InboundRuleset, Space} from '../store/spaces.js';
import {generationFor} from './generation.js';
import {regionDescription, regionReference} from './regions.js';

export function spaceJson({store}: PlatformContext, space: Space, variant: string, expansions = new Set<string>()) {
  const team = store.teams.get(space.teamId);
  const region = regionReference(space.region);
  return {
    created_at: space.createdAt,
    id: space.id,
    name: space.name,
    organization: {name: team.name},
    team: {id: team.id, name: team.name},
    region: expansions.has('region') ? {...region, description: regionDescription(space.region)} : region,
    shield: space.shield,
    state: space.state,
    updated_at: space.updatedAt,
    cidr: space.cidr,
    data_cidr: space.dataCidr,
    generation: generationFor(variant),
  };
}

export function rulesetJson(space: Space, ruleset: InboundRuleset) {
  return {
    id: ruleset.id,
    space: {id: space.id, name: space.name},
    created_at: ruleset.createdAt,
    rules: ruleset.rules,
    created_by: ruleset.createdBy,
  };
}
