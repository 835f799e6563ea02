import {DynoError} from '../../model/error.js';
import {limits} from '../../model/limits.js';
import {parseSubnet} from '../../model/subnets.js';
import {route} from '../http/route.js';
import type {InboundRule} from '../store/spaces.js';
import {rulesetJson} from './space-json.js';

const ranges = ['created_at', 'id'] as const;

/** Clients send the whole ruleset back that they read; only its rules count. Sources are checked in words. */
const body = {
  type: 'object',
  required: ['rules'],
  properties: {
    rules: {
      type: 'array',
      items: {
        type: 'object',
        required: ['action', 'source'],
        properties: {action: {enum: ['allow', 'deny']}, source: {type: 'string'}},
      },
    },
  },
};

/**
 * At most twenty IPv4 ranges, each once, however it is written; denied ones win, wherever they stand
 * (heroku-behaviour.md 1.3).
 *
 * @throws DynoError invalid_params
 */
function checkRules(rules: InboundRule[]): InboundRule[] {
  const seen = new Set<string>();
  for (const {source} of rules) {
    const range = parseSubnet(source);
    if (!range) throw invalid(`${source.slice(0, 60)} is no IPv4 range. Form: 203.0.113.0/24`);
    const key = `${range.first}-${range.last}`;
    if (seen.has(key)) throw invalid(`A rule already exists for ${source}.`);
    seen.add(key);
  }
  if (rules.length > limits.trustedRanges) {
    throw invalid(`A space has at most ${limits.trustedRanges} trusted IP ranges, not ${rules.length}.`);
  }
  return rules.map(({action, source}) => ({action, source}));
}

const invalid = (message: string) => new DynoError('invalid_params', {message});

export const inboundRulesetRoutes = [
  route('GET', '/spaces/:space/inbound-ruleset', {title: 'trusted IP ranges', answers: 'inbound-ruleset'}, (call) => {
    const {store} = call.context;
    const space = store.spaces.get(call.params.space!);
    return rulesetJson(space, store.spaces.rulesetOf(space.id));
  }),
  route(
    'PUT',
    '/spaces/:space/inbound-ruleset',
    {title: 'replace trusted IP ranges', answers: 'inbound-ruleset', body},
    ({context, params, body: {rules}}) => {
      const {id} = context.spaces.requireAlive(context.store.spaces.get(params.space!));
      return context.queue.run(id, async () => {
        const space = context.store.spaces.get(id);
        const ruleset = await context.spaces.replaceRules(space, checkRules(rules as InboundRule[]));
        return rulesetJson(space, ruleset);
      });
    },
  ),
  route(
    'GET',
    '/spaces/:space/inbound-rulesets',
    {title: 'history of trusted IP ranges', answers: 'inbound-ruleset', ranges},
    ({context, params}) => {
      const space = context.store.spaces.get(params.space!);
      return context.store.spaces.rulesetsOf(space.id).map((ruleset) => rulesetJson(space, ruleset));
    },
  ),
  route(
    'GET',
    '/spaces/:space/inbound-rulesets/:ruleset',
    {title: 'one state of the trusted IP ranges', answers: 'inbound-ruleset'},
    ({context, params}) => {
      const space = context.store.spaces.get(params.space!);
      const found = context.store.spaces.rulesetsOf(space.id).find(({id}) => id === params.ruleset);
      if (!found) throw new DynoError('not_found', {resource: 'inbound ruleset'});
      return rulesetJson(space, found);
    },
  ),
];
