import {DynoError} from '../../model/error.js';
import type {Database} from './database.js';
import {isDuplicate} from './database.js';
import {Table} from './table.js';

const times = {createdAt: 'created_at', updatedAt: 'updated_at'} as const;

export interface Pipeline {
  id: string;
  name: string;
  ownerId: string;
  ownerType: 'team' | 'user';
  createdAt: string;
  updatedAt: string;
}

export type Stage = 'test' | 'review' | 'development' | 'staging' | 'production';

export interface PipelineCoupling {
  id: string;
  appId: string;
  pipelineId: string;
  stage: Stage;
  createdAt: string;
  updatedAt: string;
}

export interface PipelinePromotion {
  id: string;
  pipelineId: string;
  sourceAppId: string;
  sourceReleaseId: string;
  status: 'pending' | 'completed';
  createdAt: string;
  updatedAt: string;
}

export interface PromotionTarget {
  id: string;
  promotionId: string;
  appId: string;
  releaseId: string | null;
  status: 'pending' | 'succeeded' | 'failed';
  errorMessage: string | null;
}

export class PipelineRows {
  readonly pipelines: Table<Pipeline>;
  readonly couplings: Table<PipelineCoupling>;
  readonly promotions: Table<PipelinePromotion>;
  readonly targets: Table<PromotionTarget>;

  constructor(db: Database) {
    this.pipelines = new Table<Pipeline>(db, 'pipelines', 'name', {
      id: 'id',
      name: 'name',
      ownerId: 'owner_id',
      ownerType: 'owner_type',
      ...times,
    });
    this.couplings = new Table<PipelineCoupling>(db, 'pipeline_couplings', 'created_at, rowid', {
      id: 'id',
      appId: 'app_id',
      pipelineId: 'pipeline_id',
      stage: 'stage',
      ...times,
    });
    this.promotions = new Table<PipelinePromotion>(db, 'pipeline_promotions', 'created_at, rowid', {
      id: 'id',
      pipelineId: 'pipeline_id',
      sourceAppId: 'source_app_id',
      sourceReleaseId: 'source_release_id',
      status: 'status',
      ...times,
    });
    this.targets = new Table<PromotionTarget>(db, 'pipeline_promotion_targets', 'id', {
      id: 'id',
      promotionId: 'promotion_id',
      appId: 'app_id',
      releaseId: 'release_id',
      status: 'status',
      errorMessage: 'error_message',
    });
  }

  /** By id or name. @throws DynoError not_found */
  get(identity: string): Pipeline {
    const pipeline = this.pipelines.find('id = @identity OR name = @identity', {identity});
    if (!pipeline) throw new DynoError('not_found', {resource: 'pipeline'});
    return pipeline;
  }

  /** @throws DynoError invalid_params when the name is taken */
  insert(pipeline: Pipeline): Pipeline {
    return unlessTaken(`Name ${pipeline.name} is already taken`, () => this.pipelines.insert(pipeline));
  }

  /** @throws DynoError invalid_params when the name is taken */
  rename(id: string, name: string, updatedAt: string): void {
    unlessTaken(`Name ${name} is already taken`, () => this.pipelines.update(id, {name, updatedAt}));
  }

  /** @throws DynoError not_found */
  getCoupling(id: string): PipelineCoupling {
    const coupling = this.couplings.find('id = @id', {id});
    if (!coupling) throw new DynoError('not_found', {resource: 'pipeline coupling'});
    return coupling;
  }

  couplingOf(appId: string): PipelineCoupling | undefined {
    return this.couplings.find('app_id = @appId', {appId});
  }

  /** @throws DynoError invalid_params when the app is in a pipeline already */
  insertCoupling(coupling: PipelineCoupling): PipelineCoupling {
    return unlessTaken('The app is in a pipeline already', () => this.couplings.insert(coupling));
  }
}

function unlessTaken<T>(message: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (isDuplicate(error)) throw new DynoError('invalid_params', {message});
    throw error;
  }
}
