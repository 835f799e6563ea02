import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import {route} from '../http/route.js';
import {timestamp} from '../store/identity.js';
import type {FeatureEntry} from './feature-table.js';
import {accountFeatures, appFeatures} from './feature-table.js';
import {EPOCH, fixedId} from './fixed-id.js';

const ranges = ['name', 'id'] as const;

const present = (feature: FeatureEntry, enabled: Map<string, string>) => ({
  created_at: EPOCH,
  description: feature.description,
  doc_url: feature.docUrl,
  enabled: enabled.has(feature.name),
  id: fixedId('feature', feature.name),
  name: feature.name,
  state: feature.state,
  updated_at: enabled.get(feature.name) ?? EPOCH,
  display_name: feature.displayName,
  feedback_email: 'feedback@localhost.localdomain',
});

function requireFeature(table: readonly FeatureEntry[], identity: string): FeatureEntry {
  const feature = table.find(({name}) => name === identity || fixedId('feature', name) === identity);
  if (!feature) throw new DynoError('not_found', {resource: 'feature'});
  return feature;
}

async function setFeature(context: PlatformContext, appId: string, identity: string, enabled: boolean) {
  const {store, clock, runtimes} = context;
  const feature = requireFeature(appFeatures, identity);
  if (store.features.ofApp(appId).has(feature.name) !== enabled) {
    store.transaction(() => {
      store.features.setForApp(appId, feature.name, enabled, timestamp(clock.now()));
      store.apps.touch(appId);
    });
    await runtimes.push(appId);
  }
  return present(feature, store.features.ofApp(appId));
}

export const featureRoutes = [
  route(
    'GET',
    '/account/features',
    {title: 'list features of the account', answers: 'account-feature', ranges},
    (call) => accountFeatures.map((feature) => present(feature, call.context.store.features.ofAccount())),
  ),
  route('GET', '/account/features/:feature', {title: 'feature of the account', answers: 'account-feature'}, (call) =>
    present(requireFeature(accountFeatures, call.params.feature!), call.context.store.features.ofAccount()),
  ),
  route('PATCH', '/account/features/:feature', {title: 'change a feature', answers: 'account-feature'}, (call) => {
    const {context, params, body} = call;
    const feature = requireFeature(accountFeatures, params.feature!);
    context.store.features.setForAccount(feature.name, body.enabled as boolean, timestamp(context.clock.now()));
    return present(feature, context.store.features.ofAccount());
  }),
  route('GET', '/apps/:app/features', {title: 'list features of an app', answers: 'app-feature', ranges}, (call) => {
    const {store} = call.context;
    const enabled = store.features.ofApp(store.apps.get(call.params.app!).id);
    return appFeatures.map((feature) => present(feature, enabled));
  }),
  route('GET', '/apps/:app/features/:feature', {title: 'feature of an app', answers: 'app-feature'}, (call) => {
    const {store} = call.context;
    const app = store.apps.get(call.params.app!);
    return present(requireFeature(appFeatures, call.params.feature!), store.features.ofApp(app.id));
  }),
  route('PATCH', '/apps/:app/features/:feature', {title: 'change a feature', answers: 'app-feature'}, (call) => {
    const {context, params, body} = call;
    const {id} = context.store.apps.get(params.app!);
    return context.queue.run(id, () => setFeature(context, id, params.feature!, body.enabled as boolean));
  }),
];
