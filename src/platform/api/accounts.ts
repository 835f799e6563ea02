import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import {route} from '../http/route.js';
import {defaultTeam} from './default-team.js';

function present(context: PlatformContext) {
  const {account, store} = context;
  const team = defaultTeam(context);
  return {
    allow_tracking: false,
    beta: false,
    created_at: account.createdAt,
    email: account.email,
    federated: false,
    id: account.id,
    identity_provider: null,
    last_login: account.createdAt,
    name: store.settings.find('account_name') ?? null,
    sms_number: null,
    suspended_at: null,
    delinquent_at: null,
    two_factor_authentication: false,
    updated_at: account.createdAt,
    verified: true,
    country_of_residence: null,
    eco_dynos_enabled: true,
    eco_dynos_shutdown_at: null,
    pipeline_cost_consent_at: null,
    acknowledged_msa: true,
    acknowledged_msa_at: null,
    italian_customer_terms: null,
    italian_partner_terms: null,
    mfa_enabled: false,
    mfa_exemption: false,
    mfa_exemption_reason: null,
    mfa_experience: 'vaas',
    default_organization: team,
    default_team: team,
  };
}

/** `~`, the id or the email: there is one account. @throws DynoError not_found */
export function requireUser({account}: PlatformContext, identity: string): void {
  if (![account.id, account.email, '~'].includes(identity)) throw new DynoError('not_found', {resource: 'account'});
}

function rename(context: PlatformContext, body: Record<string, unknown>) {
  if (typeof body.name === 'string') context.store.settings.set('account_name', body.name);
  return present(context);
}

export const accountRoutes = [
  route('GET', '/account', {title: 'account', answers: 'account'}, ({context}) => present(context)),
  route('PATCH', '/account', {title: 'change the account', answers: 'account'}, ({context, body}) =>
    rename(context, body),
  ),
  route('GET', '/users/:user', {title: 'account', answers: 'account'}, ({context, params}) => {
    requireUser(context, params.user!);
    return present(context);
  }),
  route('PATCH', '/users/:user', {title: 'change the account', answers: 'account'}, ({context, params, body}) => {
    requireUser(context, params.user!);
    return rename(context, body);
  }),
  route(
    'GET',
    '/accounts/:user/actions/get-quota',
    {title: 'hours of the eco pool: local dynos use none'},
    ({context, params}) => {
      requireUser(context, params.user!);
      return {account_id: context.account.id, account_quota: 3_600_000, quota_used: 0, apps: []};
    },
  ),
];
