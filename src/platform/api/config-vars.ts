import {DynoError} from '../../model/error.js';
import {limits} from '../../model/limits.js';
import type {PlatformContext} from '../context.js';
import {route} from '../http/route.js';
import {applyConfigChange, describeConfigChange} from '../releases/release-plan.js';

type ConfigChange = Record<string, string | null>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names and sizes are checked in words below. */
const body = {type: 'object', additionalProperties: {type: ['string', 'number', 'boolean', 'null']}};

/** A change of config vars is one release; one that changes nothing is none (heroku-behaviour.md 6.2). */
async function changeConfig(context: PlatformContext, appId: string, change: ConfigChange) {
  const {store, releases} = context;
  const app = store.apps.get(appId);
  const config = applyConfigChange(app.config, change);
  checkConfig(change, config);
  const description = describeConfigChange(app.config, change);
  if (description === null) return config;
  const {release, done} = releases.create(app, {description, config});
  // Without a release command the answer comes when the runtime has heard of it.
  if (release.status !== 'pending') await done;
  return config;
}

/** @throws DynoError config_invalid */
function checkConfig(change: ConfigChange, config: Record<string, string>): void {
  for (const [name, value] of Object.entries(change)) {
    if (!NAME.test(name)) {
      throw invalid(
        `Config var ${name.slice(0, 80)} is not a name: use letters, digits and underscores, no digit first.`,
      );
    }
    if (value?.includes('\0')) throw invalid(`The value of ${name} holds a zero byte.`);
  }
  const bytes = Object.entries(config).reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0);
  if (bytes > limits.configBytes) {
    throw invalid(`Config vars take ${bytes} bytes together; ${limits.configBytes} are the most an app may have.`);
  }
}

const invalid = (message: string) => new DynoError('config_invalid', {message});

/** Numbers and booleans are taken as their text, as Heroku does. */
const toChange = (values: Record<string, unknown>): ConfigChange =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === null ? null : String(value)]));

export const configVarRoutes = [
  route(
    'GET',
    '/apps/:app/config-vars',
    {title: 'config vars'},
    ({context, params}) => context.store.apps.get(params.app!).config,
  ),
  route('PATCH', '/apps/:app/config-vars', {title: 'change config vars', body}, ({context, params, body: values}) => {
    const {id} = context.store.apps.get(params.app!);
    return context.queue.run(id, () => changeConfig(context, id, toChange(values)));
  }),
  route('GET', '/apps/:app/releases/:release/config-vars', {title: 'config vars of a release'}, ({context, params}) => {
    const app = context.store.apps.get(params.app!);
    return context.store.releases.get(app.id, params.release!).config;
  }),
];
