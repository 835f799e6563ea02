import {DynoError} from '../../model/error.js';
import {route} from '../http/route.js';

const answers = 'app-transfer';

const absent = (): never => {
  throw new DynoError('not_found', {resource: 'app transfer'});
};

/** Apps go from one account to another, and there is one account: nothing waits to be taken. */
export const appTransferRoutes = [
  route('GET', '/account/app-transfers', {title: 'transfers: none', answers, ranges: ['name', 'id']}, () => []),
  route('POST', '/account/app-transfers', {title: 'refused', answers, status: 422}, ({context, body}) => {
    context.store.apps.get(body.app as string);
    throw new DynoError('unsupported', {
      message: 'There is one account on this machine, so an app cannot go to another.',
    });
  }),
  ...(['GET', 'PATCH', 'DELETE'] as const).map((method) =>
    route(method, '/account/app-transfers/:transfer', {title: 'transfer', answers, status: 404}, absent),
  ),
];
