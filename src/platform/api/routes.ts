import type {Route} from '../http/route.js';
import {accountRoutes} from './accounts.js';
import {addonRoutes} from './addons.js';
import {appRoutes} from './apps.js';
import {buildpackRoutes} from './buildpack-installations.js';
import {configVarRoutes} from './config-vars.js';
import {dynoRoutes} from './dynos.js';
import {dynoSizeRoutes} from './dyno-sizes.js';
import {featureRoutes} from './features.js';
import {formationRoutes} from './formation.js';
import {localRoutes} from './local.js';
import {logDrainRoutes} from './log-drains.js';
import {logSessionRoutes} from './log-sessions.js';
import {outputStreamRoutes} from './output-streams.js';
import {regionRoutes} from './regions.js';
import {releaseRoutes} from './releases.js';
import {stackRoutes} from './stacks.js';

/** Every call that the platform answers, but for those of builds and git. The tables in docs/ are made of this. */
export const routes: readonly Route[] = [
  ...accountRoutes,
  ...addonRoutes,
  ...appRoutes,
  ...buildpackRoutes,
  ...configVarRoutes,
  ...dynoRoutes,
  ...dynoSizeRoutes,
  ...featureRoutes,
  ...formationRoutes,
  ...localRoutes,
  ...logDrainRoutes,
  ...logSessionRoutes,
  ...outputStreamRoutes,
  ...regionRoutes,
  ...releaseRoutes,
  ...stackRoutes,
];
