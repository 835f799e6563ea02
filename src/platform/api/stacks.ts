import {DynoError} from '../../model/error.js';
import {route} from '../http/route.js';
import {EPOCH, fixedId} from './fixed-id.js';

export const DEFAULT_STACK = 'heroku-24';

const stacks = [
  {name: 'heroku-24', state: 'public'},
  {name: 'heroku-22', state: 'public'},
  {name: 'container', state: 'public'},
] as const;

/** Name of a stack, by id or name. @throws DynoError invalid_params */
export function requireStack(identity: string): string {
  const stack = stacks.find(({name}) => name === identity || fixedId('stack', name) === identity);
  if (stack) return stack.name;
  throw new DynoError('invalid_params', {
    message: `Stack ${identity} does not exist. Stacks: ${stacks.map(({name}) => name).join(', ')}.`,
  });
}

const present = ({name, state}: (typeof stacks)[number]) => ({
  default: name === DEFAULT_STACK,
  created_at: EPOCH,
  id: fixedId('stack', name),
  name,
  state,
  updated_at: EPOCH,
});

export const stackRoutes = [
  route('GET', '/stacks', {title: 'list stacks', answers: 'stack', ranges: ['name', 'id']}, () => stacks.map(present)),
  route('GET', '/stacks/:stack', {title: 'stack', answers: 'stack'}, ({params}) => {
    const stack = stacks.find(({name}) => name === params.stack || fixedId('stack', name) === params.stack);
    if (!stack) throw new DynoError('not_found', {resource: 'stack'});
    return present(stack);
  }),
  route(
    'GET',
    '/apps/:app/available-stacks',
    {title: 'list stacks an app may have', answers: 'stack', ranges: ['name', 'id']},
    ({context, params}) => {
      context.store.apps.get(params.app!);
      return stacks.map(present);
    },
  ),
];
