import type {ChaosRequest, DynoInfo, DynoSelector, OneOffRequest, ReleasePhaseRequest} from '../model/dyno-info.js';
import type {LogEntry, LogQuery, LogRecord} from '../model/log.js';
import type {AppSpec, RuntimeSpec} from '../model/spec.js';
import type {BuildResult, BuildSpec, EngineFacts, EngineImage, SlugSpec} from '../engine/engine.js';

/**
 * What platform and runtime say to each other: HTTP over the runtime's unix socket, JSON bodies, NDJSON for streams.
 * Desired state goes down, observed state comes up. Errors are `{code, details, message}` of DynoError.
 *
 *   GET    /status                              RuntimeStatus
 *   PUT    /spec                                RuntimeSpec → 204        everything, at every (re)connection
 *   PUT    /apps/:app                           AppSpec → 204            one app changed
 *   DELETE /apps/:app                           204 once no dyno of the app is left
 *   GET    /apps/:app/dynos                     DynoInfo[]
 *   POST   /apps/:app/dynos                     OneOffRequest → DynoInfo
 *   POST   /apps/:app/restart                   DynoSelector → 202
 *   POST   /apps/:app/stop                      DynoSelector → 202
 *   POST   /apps/:app/release-phase             ReleasePhaseRequest → NDJSON of ProgressEvent, the last has `done`
 *   POST   /apps/:app/log                       LogEntry[] → 204         `app[api]` lines and add-ons
 *   GET    /apps/:app/log?LogQuery&form         LogChunks of a LogForm, see log-chunks.ts; ends unless tail
 *   GET    /apps/:app/drains                    DrainStatus[]            what each drain has delivered and dropped
 *   GET    /apps/:app/requests/:id              what the router and the dyno manager know of a request
 *   POST   /apps/:app/dynos/:dyno/attach        101 Upgrade: dyno-session; raw bytes both ways
 *   POST   /apps/:app/dynos/:dyno/exec          ExecRequest in header `dyno-exec` → 101 as above
 *   POST   /apps/:app/dynos/:dyno/resize        {session, columns, rows} → 204
 *   GET    /apps/:app/sessions/:session         {status}, once its process has ended
 *   DELETE /apps/:app/sessions/:session         204; its client is lost
 *   POST   /builds                              BuildSpec → NDJSON of ProgressEvent, the last has `done` or `error`
 *   POST   /slugs?SlugSpec                      tgz body → BuildResult
 *   GET    /images/:image/slug                  tgz
 *   GET    /images                              EngineImage[]            of the installation
 *   DELETE /images/:image                       204
 *   DELETE /build-cache/:app                    204
 *   DELETE /spaces/:runtime                     204; what another runtime, of a space, has left in the engine
 *   GET    /doctor                              EngineFacts
 *   POST   /visits                              Visit → VisitAnswer      a request from another address, to the router
 *   GET    /clock, POST /clock                  ClockInfo; {advanceMs} or {reset: true}
 *   POST   /chaos                               ChaosRequest → 202
 *   GET    /events                              NDJSON of RuntimeEvent, endless; its end tells the platform to look
 *   POST   /shutdown                            202; dynos keep running unless {dynos: 'stop'}
 */
export interface RuntimeStatus {
  name: string;
  kind: RuntimeSpec['kind'];
  pid: number;
  /** version of this program */
  version: string;
  engine: string;
  routerUrl: string;
  /** running dynos */
  dynos: number;
  /** what does not hold here, in sentences: isolation, limits */
  warnings: string[];
}

export interface ProgressEvent<Result = never> {
  output?: string;
  done?: Result;
  error?: {code: string; details: Record<string, string | number>; message: string};
}

export type BuildEvent = ProgressEvent<BuildResult>;
export type ReleasePhaseEvent = ProgressEvent<{status: number}>;

export interface ClockInfo {
  /** ISO 8601, on the runtime's clock */
  now: string;
  advancedMs: number;
}

export type RuntimeEvent = {kind: 'dyno'; app: string; dyno: DynoInfo} | {kind: 'heartbeat'};

export type {AppSpec, BuildResult, BuildSpec, EngineFacts, EngineImage, RuntimeSpec, SlugSpec};
export type {ChaosRequest, DynoInfo, DynoSelector, OneOffRequest, ReleasePhaseRequest};
export type {LogEntry, LogQuery, LogRecord};
