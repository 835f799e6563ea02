import {DynoError} from '../../model/error.js';
import type {PlatformContext} from '../context.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import {newId, timestamp} from '../store/identity.js';
import type {PipelineCoupling, Stage} from '../store/pipelines.js';

const ranges = ['created_at', 'id'] as const;
const answers = 'pipeline-coupling';

function present({store}: PlatformContext, coupling: PipelineCoupling) {
  const pipeline = store.pipelines.get(coupling.pipelineId);
  return {
    app: {id: coupling.appId},
    created_at: coupling.createdAt,
    id: coupling.id,
    // The official CLI prints the name, which the published schema lacks.
    pipeline: {id: pipeline.id, name: pipeline.name},
    stage: coupling.stage,
    updated_at: coupling.updatedAt,
  };
}

/** The pipeline by id or name, plain or in an object: both are sent. @throws DynoError not_found */
function add({context, body}: ApiCall) {
  const {store, clock} = context;
  const app = store.apps.get(identityOf(body.app));
  const pipeline = store.pipelines.get(identityOf(body.pipeline));
  const now = timestamp(clock.now());
  const coupling = {id: newId(), appId: app.id, pipelineId: pipeline.id, stage: body.stage as Stage};
  return present(context, store.pipelines.insertCoupling({...coupling, createdAt: now, updatedAt: now}));
}

function identityOf(given: unknown): string {
  if (typeof given === 'string') return given;
  const {id, name} = given as {id?: string; name?: string};
  return id ?? name ?? '';
}

const identity = {
  anyOf: [{type: 'string'}, {type: 'object', properties: {id: {type: 'string'}, name: {type: 'string'}}}],
};
const stage = {enum: ['test', 'review', 'development', 'staging', 'production']};
const newBody = {
  type: 'object',
  required: ['app', 'pipeline', 'stage'],
  properties: {app: identity, pipeline: identity, stage},
};
const changeBody = {type: 'object', properties: {stage}};

const all = ({context}: ApiCall) => context.store.pipelines.couplings.list().map((one) => present(context, one));

export const pipelineCouplingRoutes = [
  route('GET', '/pipeline-couplings', {title: 'list couplings', answers, ranges}, all),
  route('GET', '/users/~/pipeline-couplings', {title: 'list couplings', answers, ranges}, all),
  route(
    'GET',
    '/pipelines/:pipeline/pipeline-couplings',
    {title: 'apps of a pipeline', answers, ranges},
    ({context, params}) => {
      const {id} = context.store.pipelines.get(params.pipeline!);
      return context.store.pipelines.couplings.list('pipeline_id = @id', {id}).map((one) => present(context, one));
    },
  ),
  route(
    'GET',
    '/teams/:team/pipeline-couplings',
    {title: 'couplings of the apps of a team', answers, ranges},
    ({context, params}) => {
      const {store} = context;
      const apps = store.apps.listOf({teamId: store.teams.get(params.team!).id});
      return apps
        .map((app) => store.pipelines.couplingOf(app.id))
        .filter((one) => one !== undefined)
        .map((one) => present(context, one));
    },
  ),
  route('GET', '/apps/:app/pipeline-couplings', {title: 'pipeline of an app', answers}, ({context, params}) => {
    const coupling = context.store.pipelines.couplingOf(context.store.apps.get(params.app!).id);
    if (!coupling) throw new DynoError('not_found', {resource: 'pipeline coupling'});
    return present(context, coupling);
  }),
  route('POST', '/pipeline-couplings', {title: 'add an app to a pipeline', answers, status: 201, body: newBody}, add),
  route('GET', '/pipeline-couplings/:coupling', {title: 'coupling', answers}, ({context, params}) =>
    present(context, context.store.pipelines.getCoupling(params.coupling!)),
  ),
  route(
    'PATCH',
    '/pipeline-couplings/:coupling',
    {title: 'change the stage of an app', answers, body: changeBody},
    (call) => {
      const {context, params, body} = call;
      const {store, clock} = context;
      const {id} = store.pipelines.getCoupling(params.coupling!);
      if (body.stage)
        store.pipelines.couplings.update(id, {stage: body.stage as Stage, updatedAt: timestamp(clock.now())});
      return present(context, store.pipelines.getCoupling(id));
    },
  ),
  route(
    'DELETE',
    '/pipeline-couplings/:coupling',
    {title: 'take an app out of its pipeline', answers},
    ({context, params}) => {
      const coupling = context.store.pipelines.getCoupling(params.coupling!);
      const shown = present(context, coupling);
      context.store.pipelines.couplings.delete(coupling.id);
      return shown;
    },
  ),
];
