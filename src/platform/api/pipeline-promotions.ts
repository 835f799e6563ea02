import {DynoError} from '../../model/error.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {PipelinePromotion, PromotionTarget} from '../store/pipelines.js';

const present = (promotion: PipelinePromotion) => ({
  created_at: promotion.createdAt,
  id: promotion.id,
  pipeline: {id: promotion.pipelineId},
  source: {app: {id: promotion.sourceAppId}, release: {id: promotion.sourceReleaseId}},
  status: promotion.status,
  updated_at: promotion.updatedAt,
});

const targetJson = (target: PromotionTarget) => ({
  app: {id: target.appId},
  error_message: target.errorMessage,
  id: target.id,
  pipeline_promotion: {id: target.promotionId},
  release: target.releaseId === null ? null : {id: target.releaseId},
  status: target.status,
});

function requirePromotion({context, params}: ApiCall): PipelinePromotion {
  const found = context.store.pipelines.promotions.find('id = @id', {id: params.promotion!});
  if (!found) throw new DynoError('not_found', {resource: 'pipeline promotion'});
  return found;
}

interface PromotionBody {
  pipeline: {id: string};
  source: {app: {id: string}};
  targets: {app: {id: string}}[];
}

const object = (name: string, inner: Record<string, unknown>) => ({
  type: 'object',
  required: [name],
  properties: {[name]: inner},
});
const app = object('app', object('id', {type: 'string'}));
const body = {
  type: 'object',
  required: ['pipeline', 'source', 'targets'],
  properties: {
    pipeline: object('id', {type: 'string'}),
    source: app,
    targets: {type: 'array', minItems: 1, items: app},
  },
};

export const pipelinePromotionRoutes = [
  route(
    'POST',
    '/pipeline-promotions',
    {title: 'promote code', answers: 'pipeline-promotion', status: 201, body},
    ({context, body: given}) => {
      const {store, promotions} = context;
      const {pipeline, source, targets} = given as unknown as PromotionBody;
      const {id} = store.pipelines.get(pipeline.id);
      const apps = targets.map((target) => store.apps.get(target.app.id));
      return present(promotions.create(id, store.apps.get(source.app.id), apps));
    },
  ),
  route('GET', '/pipeline-promotions/:promotion', {title: 'promotion', answers: 'pipeline-promotion'}, (call) =>
    present(requirePromotion(call)),
  ),
  route(
    'GET',
    '/pipeline-promotions/:promotion/promotion-targets',
    {title: 'targets of a promotion', answers: 'pipeline-promotion-target', ranges: ['id']},
    (call) => {
      const {id} = requirePromotion(call);
      return call.context.store.pipelines.targets.list('promotion_id = @id', {id}).map(targetJson);
    },
  ),
];
