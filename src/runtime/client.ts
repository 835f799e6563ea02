import {once} from 'node:events';
import {request as httpRequest} from 'node:http';
import type {IncomingMessage, RequestOptions} from 'node:http';
import type {Duplex, Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {DrainStatus} from '../model/drain.js';
import {DynoError, errors} from '../model/error.js';
import type {ErrorCode, ErrorDetails} from '../model/error.js';
import type {LogEntry} from '../model/log.js';
import type {Visit, VisitAnswer} from '../model/visit.js';
import type {LogChunk, LogFormName} from '../model/log-form.js';
import type {
  AppSpec,
  BuildEvent,
  BuildResult,
  BuildSpec,
  ChaosRequest,
  ClockInfo,
  DynoInfo,
  DynoSelector,
  EngineFacts,
  EngineImage,
  LogQuery,
  OneOffRequest,
  ProgressEvent,
  ReleasePhaseEvent,
  ReleasePhaseRequest,
  RuntimeEvent,
  RuntimeSpec,
  RuntimeStatus,
  SlugSpec,
} from './protocol.js';
import {readLogChunks} from './log-chunks.js';
import {readLines} from './ndjson.js';

/**
 * The platform's side of src/runtime/protocol.ts: one method per call, over the runtime's unix socket.
 * Rejects with the DynoError that the runtime threw, or `runtime_unavailable` when it does not answer.
 */
export class RuntimeClient {
  readonly #socketPath: string;
  readonly #name: string;

  constructor(socketPath: string, name = 'runtime') {
    this.#socketPath = socketPath;
    this.#name = name;
  }

  status(): Promise<RuntimeStatus> {
    return this.#json('GET', '/status');
  }

  putSpec(spec: RuntimeSpec): Promise<void> {
    return this.#json('PUT', '/spec', spec);
  }

  putApp(app: AppSpec): Promise<void> {
    return this.#json('PUT', `/apps/${app.id}`, app);
  }

  /** Resolves once no dyno of the app is left. */
  deleteApp(appId: string): Promise<void> {
    return this.#json('DELETE', `/apps/${appId}`);
  }

  dynos(appId: string): Promise<DynoInfo[]> {
    return this.#json('GET', `/apps/${appId}/dynos`);
  }

  runDyno(appId: string, oneOff: OneOffRequest): Promise<DynoInfo> {
    return this.#json('POST', `/apps/${appId}/dynos`, oneOff);
  }

  restart(appId: string, selector: DynoSelector): Promise<void> {
    return this.#json('POST', `/apps/${appId}/restart`, selector);
  }

  stop(appId: string, selector: DynoSelector): Promise<void> {
    return this.#json('POST', `/apps/${appId}/stop`, selector);
  }

  async releasePhase(
    appId: string,
    phase: ReleasePhaseRequest,
    onOutput: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<{status: number}> {
    const response = await this.#open('POST', `/apps/${appId}/release-phase`, {body: phase, signal});
    return lastEvent<{status: number}>(response as AsyncIterable<Buffer>, onOutput, this.#name) satisfies Promise<
      NonNullable<ReleasePhaseEvent['done']>
    >;
  }

  log(appId: string, entries: LogEntry[]): Promise<void> {
    return this.#json('POST', `/apps/${appId}/log`, entries);
  }

  /** Whole lines, many at a time; the runtime waits, and at last drops, while the chunk before is not done with. */
  async *readLog(
    appId: string,
    query: LogQuery,
    form: LogFormName,
    signal?: AbortSignal,
  ): AsyncGenerator<LogChunk, void> {
    const search = new URLSearchParams({form});
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    const response = await this.#open('GET', `/apps/${appId}/log?${search}`, {signal});
    yield* readLogChunks(response);
  }

  drains(appId: string): Promise<DrainStatus[]> {
    return this.#json('GET', `/apps/${appId}/drains`);
  }

  requestTimeline(appId: string, requestId: string): Promise<unknown> {
    return this.#json('GET', `/apps/${appId}/requests/${encodeURIComponent(requestId)}`);
  }

  /** Raw bytes to and from a one-off dyno that waits for its client. The stream ends with the dyno. */
  attach(appId: string, dyno: string): Promise<Duplex> {
    return this.#upgrade(`/apps/${appId}/dynos/${encodeURIComponent(dyno)}/attach`);
  }

  /** Raw bytes to and from a further command inside a running dyno. */
  exec(appId: string, dyno: string, exec: ExecRequest): Promise<Duplex> {
    const header = Buffer.from(JSON.stringify(exec)).toString('base64');
    return this.#upgrade(`/apps/${appId}/dynos/${encodeURIComponent(dyno)}/exec`, {'dyno-exec': header});
  }

  resize(appId: string, dyno: string, size: {session: string; columns: number; rows: number}): Promise<void> {
    return this.#json('POST', `/apps/${appId}/dynos/${encodeURIComponent(dyno)}/resize`, size);
  }

  /** Exit status of a session, once it has ended: attach and exec name theirs in the header `dyno-session`. */
  sessionStatus(appId: string, session: string): Promise<{status: number}> {
    return this.#json('GET', `/apps/${appId}/sessions/${encodeURIComponent(session)}`);
  }

  /** Its client is lost. Where a process waits for one, it gets SIGHUP. */
  endSession(appId: string, session: string): Promise<void> {
    return this.#json('DELETE', `/apps/${appId}/sessions/${encodeURIComponent(session)}`);
  }

  async build(spec: BuildSpec, onOutput: (text: string) => void, signal?: AbortSignal): Promise<BuildResult> {
    const response = await this.#open('POST', '/builds', {body: spec, signal});
    return lastEvent<BuildResult>(response, onOutput, this.#name) satisfies Promise<NonNullable<BuildEvent['done']>>;
  }

  async importSlug(spec: SlugSpec, tgz: Readable): Promise<BuildResult> {
    const search = new URLSearchParams({...spec});
    const response = await this.#open('POST', `/slugs?${search}`, {stream: tgz});
    return (await readJson(response)) as BuildResult;
  }

  exportSlug(image: string): Promise<Readable> {
    return this.#open('GET', `/images/${encodeURIComponent(image)}/slug`);
  }

  images(): Promise<EngineImage[]> {
    return this.#json('GET', '/images');
  }

  removeImage(image: string): Promise<void> {
    return this.#json('DELETE', `/images/${encodeURIComponent(image)}`);
  }

  removeBuildCache(appId: string): Promise<void> {
    return this.#json('DELETE', `/build-cache/${appId}`);
  }

  removeSpaceOf(runtime: string): Promise<void> {
    return this.#json('DELETE', `/spaces/${encodeURIComponent(runtime)}`);
  }

  /** What a client at another address would get of the router. */
  visit(visit: Visit, signal?: AbortSignal): Promise<VisitAnswer> {
    return this.#json('POST', '/visits', visit, signal);
  }

  doctor(): Promise<EngineFacts> {
    return this.#json('GET', '/doctor');
  }

  clock(change?: {advanceMs: number} | {reset: true}): Promise<ClockInfo> {
    return change ? this.#json('POST', '/clock', change) : this.#json('GET', '/clock');
  }

  chaos(chaos: ChaosRequest): Promise<void> {
    return this.#json('POST', '/chaos', chaos);
  }

  /** Resolves when the stream ends, whatever the reason: the runtime is gone or going. */
  async events(onEvent: (event: RuntimeEvent) => void, signal?: AbortSignal): Promise<void> {
    const response = await this.#open('GET', '/events', {signal});
    for await (const line of readLines(response)) onEvent(JSON.parse(line) as RuntimeEvent);
  }

  shutdown(options: {dynos: 'keep' | 'stop'}): Promise<void> {
    return this.#json('POST', '/shutdown', options);
  }

  async #json<Result>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Result> {
    return (await readJson(await this.#open(method, path, {body, signal}))) as Result;
  }

  async #open(
    method: string,
    path: string,
    send: {body?: unknown; stream?: Readable; signal?: AbortSignal | undefined} = {},
  ): Promise<IncomingMessage> {
    const payload = send.body === undefined ? undefined : JSON.stringify(send.body);
    const request = httpRequest(
      this.#options(
        method,
        path,
        {
          ...(payload === undefined
            ? {}
            : {'content-type': 'application/json', 'content-length': Buffer.byteLength(payload)}),
          ...(send.stream ? {'content-type': 'application/gzip', 'transfer-encoding': 'chunked'} : {}),
        },
        send.signal,
      ),
    );
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    if (send.stream) void pipeline(send.stream, request).catch((error: Error) => request.destroy(error));
    else request.end(payload);
    const [response] = await answered.catch((cause: unknown) => this.#unavailable(cause, send.signal));
    if ((response.statusCode ?? 500) < 400) return response;
    throw revive(await readJson(response), this.#name);
  }

  async #upgrade(path: string, headers: Record<string, string> = {}): Promise<Duplex> {
    const request = httpRequest(
      this.#options('POST', path, {connection: 'Upgrade', upgrade: 'dyno-session', ...headers}),
    );
    request.end();
    const [kind, response, socket, head] = await new Promise<
      ['upgrade' | 'response', IncomingMessage, Duplex?, Buffer?]
    >((resolve, reject) => {
      request.once('upgrade', (...args) => resolve(['upgrade', ...args]));
      request.once('response', (message) => resolve(['response', message]));
      request.once('error', reject);
    }).catch((cause: unknown) => this.#unavailable(cause));
    if (kind === 'response' || !socket) throw revive(await readJson(response), this.#name);
    if (head && head.length > 0) socket.unshift(head);
    return Object.assign(socket, {sessionId: String(response.headers['dyno-session'] ?? '')});
  }

  #options(
    method: string,
    path: string,
    headers: Record<string, string | number>,
    signal?: AbortSignal,
  ): RequestOptions {
    return {
      socketPath: this.#socketPath,
      method,
      path,
      headers: {host: 'runtime', ...headers},
      ...(signal ? {signal} : {}),
    };
  }

  #unavailable(cause: unknown, signal?: AbortSignal): never {
    if (signal?.aborted) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DynoError('runtime_unavailable', {runtime: this.#name, reason}, cause);
  }
}

export interface ExecRequest {
  command: string;
  env: Record<string, string>;
  tty: {columns: number; rows: number; term: string} | null;
}

/** Passes output on and answers with the last event's result; a stream that breaks off is an error. */
async function lastEvent<Result>(
  response: AsyncIterable<Buffer>,
  onOutput: (text: string) => void,
  runtime: string,
): Promise<Result> {
  for await (const line of readLines(response)) {
    const event = JSON.parse(line) as ProgressEvent<Result>;
    if (event.output !== undefined) onOutput(event.output);
    if (event.error) throw revive(event.error, runtime);
    if (event.done !== undefined) return event.done;
  }
  throw new DynoError('runtime_unavailable', {runtime, reason: 'it went away in the middle'});
}

async function readJson(response: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}

/** The DynoError that the runtime threw, made again on this side. */
function revive(body: unknown, runtime: string): DynoError {
  const {code, details, message} = (body ?? {}) as {code?: string; details?: ErrorDetails; message?: string};
  if (code !== undefined && code in errors) return new DynoError(code as ErrorCode, details);
  return new DynoError('runtime_unavailable', {runtime, reason: message ?? 'it answered without a reason'});
}
