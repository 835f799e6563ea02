import type {DynoSize} from '../../model/dyno-size.js';
import {dynoSizes} from '../../model/dyno-size.js';
import {DynoError} from '../../model/error.js';
import {route} from '../http/route.js';
import {fixedId} from './fixed-id.js';

const ECO_UNITS = 0.28;

const present = (size: DynoSize) => ({
  architecture: 'amd64',
  compute: size.cpuShare,
  can_autoscale: false,
  cost: {cents: size.priceCents, unit: 'month'},
  dedicated: size.dedicated,
  precise_dyno_units: size.tier === 'eco' ? ECO_UNITS : size.priceCents / 2500,
  id: fixedId('dyno-size', size.name),
  memory: size.memoryMb / 1024,
  name: size.name,
  private_space_only: isOfSpaces(size),
  generation: {id: fixedId('generation', 'cedar'), name: 'cedar'},
  infrastructure_tier: size.tier === 'private' || size.tier === 'shield' ? 'space-runtime' : 'production',
  product_dyno_tier: size.tier,
});

const isOfSpaces = ({tier}: DynoSize) => tier === 'private' || tier === 'shield';

export const dynoSizeReference = (name: string): {id: string; name: string} => ({id: fixedId('dyno-size', name), name});

export const dynoSizeRoutes = [
  route('GET', '/dyno-sizes', {title: 'list dyno sizes', answers: 'dyno-size', ranges: ['name', 'id']}, () =>
    dynoSizes.map(present),
  ),
  route('GET', '/dyno-sizes/:size', {title: 'dyno size', answers: 'dyno-size'}, ({params}) => {
    const wanted = params.size!.toLowerCase();
    const size = dynoSizes.find(({name}) => name.toLowerCase() === wanted || fixedId('dyno-size', name) === wanted);
    if (!size) throw new DynoError('not_found', {resource: 'dyno size'});
    return present(size);
  }),
  route(
    'GET',
    '/apps/:app/available-dyno-sizes',
    {title: 'list dyno sizes an app may use', answers: 'dyno-size', ranges: ['name', 'id']},
    ({context, params}) => {
      const inSpace = context.store.apps.get(params.app!).spaceId !== null;
      return dynoSizes.filter((size) => isOfSpaces(size) === inSpace).map(present);
    },
  ),
];
