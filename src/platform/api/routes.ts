import type {Route} from '../http/route.js';
import {accountRoutes} from './accounts.js';
import {addonRoutes} from './addons.js';
import {appTransferRoutes} from './app-transfers.js';
import {appRoutes} from './apps.js';
import {buildpackRoutes} from './buildpack-installations.js';
import {collaboratorRoutes} from './collaborators.js';
import {configVarRoutes} from './config-vars.js';
import {domainRoutes} from './domains.js';
import {dynoRoutes} from './dynos.js';
import {dynoSizeRoutes} from './dyno-sizes.js';
import {featureRoutes} from './features.js';
import {formationRoutes} from './formation.js';
import {generationRoutes} from './generations.js';
import {inboundRulesetRoutes} from './inbound-rulesets.js';
import {keyRoutes} from './keys.js';
import {localRoutes} from './local.js';
import {logDrainRoutes} from './log-drains.js';
import {logSessionRoutes} from './log-sessions.js';
import {oauthRoutes} from './oauth.js';
import {outputStreamRoutes} from './output-streams.js';
import {pipelineCouplingRoutes} from './pipeline-couplings.js';
import {pipelinePromotionRoutes} from './pipeline-promotions.js';
import {pipelineRoutes} from './pipelines.js';
import {proxyPeerRoutes} from './proxy-peers.js';
import {regionRoutes} from './regions.js';
import {releaseRoutes} from './releases.js';
import {schemaRoutes} from './schema.js';
import {sniEndpointRoutes} from './sni-endpoints.js';
import {spaceMemberRoutes} from './space-members.js';
import {spaceNetworkRoutes} from './space-networks.js';
import {spaceRoutes} from './spaces.js';
import {stackRoutes} from './stacks.js';
import {teamRoutes} from './teams.js';
import {telemetryDrainRoutes} from './telemetry-drains.js';
import {visitRoutes} from './visits.js';
import {webhookRoutes} from './webhooks.js';

/** Every call that the platform answers, but for those of builds and git. The tables in docs/ are made of this. */
export const routes: readonly Route[] = [
  ...accountRoutes,
  ...addonRoutes,
  ...appRoutes,
  ...appTransferRoutes,
  ...buildpackRoutes,
  ...collaboratorRoutes,
  ...configVarRoutes,
  ...domainRoutes,
  ...dynoRoutes,
  ...dynoSizeRoutes,
  ...featureRoutes,
  ...formationRoutes,
  ...generationRoutes,
  ...inboundRulesetRoutes,
  ...keyRoutes,
  ...localRoutes,
  ...logDrainRoutes,
  ...logSessionRoutes,
  ...oauthRoutes,
  ...outputStreamRoutes,
  ...pipelineCouplingRoutes,
  ...pipelinePromotionRoutes,
  ...pipelineRoutes,
  ...proxyPeerRoutes,
  ...regionRoutes,
  ...releaseRoutes,
  ...schemaRoutes,
  ...sniEndpointRoutes,
  ...spaceMemberRoutes,
  ...spaceNetworkRoutes,
  ...spaceRoutes,
  ...stackRoutes,
  ...teamRoutes,
  ...telemetryDrainRoutes,
  ...visitRoutes,
  ...webhookRoutes,
];
