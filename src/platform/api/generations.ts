import {DynoError} from '../../model/error.js';
import {route} from '../http/route.js';
import {EPOCH, fixedId} from './fixed-id.js';

const answers = 'generation';
const ranges = ['name', 'id'] as const;

/** Cedar is the only one here; Fir is not imitated. */
const cedar = () => ({
  created_at: EPOCH,
  id: fixedId('generation', 'cedar'),
  name: 'cedar',
  updated_at: EPOCH,
  unsupported_features: [],
  expanded_supported_features: [],
});

export const generationRoutes = [
  route('GET', '/generations', {title: 'list generations', answers, ranges}, () => [cedar()]),
  route('GET', '/generations/:generation', {title: 'generation', answers}, ({params}) => {
    const one = cedar();
    if (params.generation !== one.name && params.generation !== one.id) {
      throw new DynoError('not_found', {resource: 'generation'});
    }
    return one;
  }),
  route(
    'GET',
    '/teams/:team/available-generations',
    {title: 'generations for apps of a team', answers, ranges},
    ({context, params}) => {
      context.store.teams.get(params.team!);
      return [cedar()];
    },
  ),
];
