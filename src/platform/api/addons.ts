import {DynoError} from '../../model/error.js';
import type {Route} from '../http/route.js';
import {route} from '../http/route.js';
import {requireUser} from './accounts.js';
import {requireRegion} from './regions.js';

/** Add-ons do not exist here yet: lists are empty, names are not found, and creating one says so. */
const ranges = ['name', 'id'] as const;

const notFound = (resource: string) => (): never => {
  throw new DynoError('not_found', {resource});
};

const list = (path: string, answers: string, check?: Route['handle']): Route =>
  route('GET', path, {title: 'empty list', answers, ranges}, (call) => {
    check?.(call);
    return [];
  });

const ofApp: Route['handle'] = ({context, params}) => context.store.apps.get(params.app!);
const ofUser: Route['handle'] = ({context, params}) => requireUser(context, params.user!);
const ofRegion: Route['handle'] = ({params}) => requireRegion(params.region!);
const ofTeam: Route['handle'] = ({context, params}) => context.store.teams.get(params.team!);

/** The published schema knows names alone here; the official CLI sends `{name}`, and null for what it does not know. */
const named = {type: ['string', 'object', 'null']};
const anyNames = {type: 'object', properties: {plan: named, app: named, addon: named}};

export const addonRoutes: Route[] = [
  list('/addons', 'add-on'),
  list('/apps/:app/addons', 'add-on', ofApp),
  list('/users/:user/addons', 'add-on', ofUser),
  list('/teams/:team/addons', 'add-on', ofTeam),
  list('/addon-attachments', 'add-on-attachment'),
  list('/apps/:app/addon-attachments', 'add-on-attachment', ofApp),
  list('/addon-services', 'add-on-service'),
  list('/addon-region-capabilities', 'add-on-region-capability'),
  route('GET', '/addons/:addon', {title: 'add-on', answers: 'add-on', status: 404}, notFound('add-on')),
  route('GET', '/apps/:app/addons/:addon', {title: 'add-on', answers: 'add-on', status: 404}, notFound('add-on')),
  route(
    'GET',
    '/addons/:addon/addon-attachments',
    {title: 'attachments of an add-on', status: 404},
    notFound('add-on'),
  ),
  route('GET', '/addon-attachments/:attachment', {title: 'attachment', status: 404}, notFound('add-on attachment')),
  route(
    'GET',
    '/apps/:app/addon-attachments/:attachment',
    {title: 'attachment', status: 404},
    notFound('add-on attachment'),
  ),
  route('GET', '/addon-services/:service', {title: 'add-on service', status: 404}, notFound('add-on service')),
  route(
    'GET',
    '/addon-services/:service/plans',
    {title: 'plans of a service', status: 404},
    notFound('add-on service'),
  ),
  route(
    'GET',
    '/addon-services/:service/plans/:plan',
    {title: 'plan of a service', status: 404},
    notFound('add-on service'),
  ),
  route(
    'GET',
    '/addon-services/:service/region-capabilities',
    {title: 'its regions', status: 404},
    notFound('add-on service'),
  ),
  route('GET', '/plans/:plan', {title: 'plan', status: 404}, notFound('plan')),
  list('/regions/:region/addon-region-capabilities', 'add-on-region-capability', ofRegion),
  ...['config', 'log-drains', 'sso', 'webhooks', 'webhook-deliveries', 'webhook-events'].map((part) =>
    route('GET', `/addons/:addon/${part}`, {title: 'part of an add-on', status: 404}, notFound('add-on')),
  ),
  route('GET', '/apps/:app/addons/:addon/sso', {title: 'part of an add-on', status: 404}, notFound('add-on')),
  route(
    'POST',
    '/actions/addons/resolve',
    {title: 'find add-ons by name', body: anyNames, status: 404},
    notFound('add-on'),
  ),
  route(
    'POST',
    '/actions/addon-attachments/resolve',
    {title: 'find attachments', body: anyNames, status: 404},
    notFound('add-on attachment'),
  ),
  route(
    'POST',
    '/apps/:app/addons',
    {title: 'create an add-on', answers: 'add-on', status: 404, body: {...anyNames, required: ['plan']}},
    (call) => {
      ofApp(call);
      return notFound('add-on service')();
    },
  ),
  route(
    'DELETE',
    '/apps/:app/addons/:addon',
    {title: 'destroy an add-on', answers: 'add-on', status: 404},
    notFound('add-on'),
  ),
  route(
    'PATCH',
    '/apps/:app/addons/:addon',
    {title: 'change an add-on', answers: 'add-on', body: anyNames, status: 404},
    notFound('add-on'),
  ),
];
