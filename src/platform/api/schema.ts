import {route} from '../http/route.js';
import {readHyperSchema} from '../schema/hyper-schema.js';
import {servedSchema} from '../schema/served-schema.js';

/** What describes this API, and what has no other place. */
export const schemaRoutes = [
  route('GET', '/schema', {title: 'JSON hyper-schema of what is served'}, ({context}) =>
    servedSchema(readHyperSchema(), context.served),
  ),
  route('GET', '/account/rate-limits', {title: 'calls left: nobody is refused', answers: 'rate-limit'}, () => ({
    remaining: 4500,
  })),
  route('GET', '/account/delinquency', {title: 'nothing is owed', answers: 'account-delinquency'}, () => ({
    scheduled_suspension_time: null,
    scheduled_deletion_time: null,
  })),
  route('GET', '/api/v4/current-status', {title: 'status page', public: true}, () => ({
    status: ['Apps', 'Data', 'Tools'].map((system) => ({system, status: 'green'})),
    incidents: [],
    scheduled: [],
  })),
];
