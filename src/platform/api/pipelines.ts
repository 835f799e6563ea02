import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import {newId, timestamp} from '../store/identity.js';
import type {Pipeline} from '../store/pipelines.js';
import {appJson} from './app-json.js';
import {fixedId} from './fixed-id.js';
import {releaseJson} from './release-json.js';
import {DEFAULT_STACK} from './stacks.js';

const ranges = ['name', 'id'] as const;
const PIPELINE_NAME = /^[a-z][a-z0-9-]{2,29}$/;

const present = (pipeline: Pipeline) => ({
  created_at: pipeline.createdAt,
  id: pipeline.id,
  name: pipeline.name,
  owner: {id: pipeline.ownerId, type: pipeline.ownerType},
  updated_at: pipeline.updatedAt,
  generation: {id: fixedId('generation', 'cedar'), name: 'cedar'},
});

/** @throws DynoError invalid_params */
function requirePipelineName(name: string): string {
  if (PIPELINE_NAME.test(name)) return name;
  throw new DynoError('invalid_params', {
    message: 'Pipeline names start with a letter and have 3 to 30 lowercase letters, digits and dashes.',
  });
}

function ownerOf({store, account}: PlatformContext, owner: {id?: string; type?: string} | null | undefined) {
  if (owner?.type === 'team' && owner.id) return {ownerId: store.teams.get(owner.id).id, ownerType: 'team' as const};
  return {ownerId: account.id, ownerType: 'user' as const};
}

/** `?eq[name]=x` finds one by name. */
function list({context, query}: ApiCall) {
  const name = query['eq[name]'];
  const pipelines = context.store.pipelines.pipelines.list();
  return pipelines.filter((pipeline) => name === undefined || pipeline.name === name).map(present);
}

/** The newest release with code of each app of a pipeline. */
function latestDeployments({context, params}: ApiCall) {
  const {store} = context;
  const pipeline = store.pipelines.get(params.pipeline!);
  return store.pipelines.couplings.list('pipeline_id = @id', {id: pipeline.id}).flatMap(({appId}) => {
    const app = store.apps.get(appId);
    const release = store.releases.listOf(appId).findLast(({slugId}) => slugId !== null);
    if (!release) return [];
    return [releaseJson(context, app, release)];
  });
}

const latestReleases = (call: ApiCall) => latestDeployments(call).map(({oci_image: _image, ...release}) => release);

/** @throws DynoError invalid_params */
function appsOf({context, body}: ApiCall) {
  const {store} = context;
  const ids = (body.in as {id?: string[]} | undefined)?.id;
  if (!ids) throw new DynoError('invalid_params', {message: 'The body must have in.id, a list of app ids.'});
  return ids.map((id) => store.apps.find(id)).filter((app) => app !== undefined);
}

const newBody = {
  type: 'object',
  required: ['name'],
  properties: {name: {type: 'string'}, owner: {type: ['object', 'null']}},
};

export const pipelineRoutes = [
  route('GET', '/pipelines', {title: 'list pipelines', answers: 'pipeline', ranges}, list),
  route(
    'POST',
    '/pipelines',
    {title: 'create a pipeline', answers: 'pipeline', status: 201, body: newBody},
    ({context, body}) => {
      const now = timestamp(context.clock.now());
      const owner = ownerOf(context, body.owner as {id?: string; type?: string} | null);
      const name = requirePipelineName(body.name as string);
      return present(context.store.pipelines.insert({id: newId(), name, ...owner, createdAt: now, updatedAt: now}));
    },
  ),
  route('GET', '/pipelines/:pipeline', {title: 'pipeline', answers: 'pipeline'}, ({context, params}) =>
    present(context.store.pipelines.get(params.pipeline!)),
  ),
  route(
    'PATCH',
    '/pipelines/:pipeline',
    {title: 'rename a pipeline', answers: 'pipeline', body: {type: 'object', properties: {name: {type: 'string'}}}},
    ({context, params, body}) => {
      const {store, clock} = context;
      const pipeline = store.pipelines.get(params.pipeline!);
      const name = requirePipelineName((body.name as string | undefined) ?? pipeline.name);
      store.pipelines.rename(pipeline.id, name, timestamp(clock.now()));
      return present(store.pipelines.get(pipeline.id));
    },
  ),
  route('DELETE', '/pipelines/:pipeline', {title: 'delete a pipeline', answers: 'pipeline'}, ({context, params}) => {
    const pipeline = context.store.pipelines.get(params.pipeline!);
    context.store.pipelines.pipelines.delete(pipeline.id);
    return present(pipeline);
  }),
  route(
    'GET',
    '/pipelines/:pipeline/latest-releases',
    {title: 'newest releases', answers: 'pipeline-release', ranges: ['id']},
    latestReleases,
  ),
  route(
    'GET',
    '/pipelines/:pipeline/latest-deployments',
    {title: 'newest deployments', answers: 'pipeline-deployment', ranges: ['id']},
    latestDeployments,
  ),
  route(
    'GET',
    '/pipelines/:pipeline/pipeline-stack',
    {title: 'stack of new builds', answers: 'pipeline-stack'},
    ({context, params}) => {
      context.store.pipelines.get(params.pipeline!);
      return {stack: {id: fixedId('stack', DEFAULT_STACK), name: DEFAULT_STACK}};
    },
  ),
  route('GET', '/pipelines/:pipeline/repo', {title: 'connected repository: none', status: 404}, ({context, params}) => {
    context.store.pipelines.get(params.pipeline!);
    throw new DynoError('not_found', {resource: 'repo'});
  }),
  route('POST', '/filters/apps', {title: 'apps by id', answers: 'app', ranges}, (call) =>
    appsOf(call).map((app) => appJson(call.context, app, call.variant)),
  ),
];
