import {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import {DynoError} from '../../model/error.js';
import type {Builds} from '../builds/builds.js';
import {addRawBodyRoutes} from '../builds/upload.js';
import type {PlatformContext} from '../context.js';
import {KeyedQueue} from '../keyed-queue.js';
import type {App} from '../store/apps.js';
import {runHttpBackend} from './cgi.js';
import type {PushRequest} from './pushes.js';
import {buildPush, Pushes} from './pushes.js';
import {Repositories} from './repositories.js';

const preReceive = fileURLToPath(new URL('./pre-receive.js', import.meta.url));

/** What smart HTTP consists of; nothing else of a repository is served. */
const services: Record<string, 'GET' | 'POST'> = {
  'info/refs': 'GET',
  'git-upload-pack': 'POST',
  'git-receive-pack': 'POST',
};

type GitParams = {Params: {repository: string; '*': string}; Body: Readable | undefined};

/**
 * `git clone`, `fetch` and `push` of `http://localhost:7770/<app>.git`, by git's own http-backend. The token is the
 * password, whatever the user. Pushes to one app queue; each has its build in its hook (platform-api.md 5.6).
 */
export function registerGitRoutes(server: FastifyInstance, context: PlatformContext, builds: Builds): void {
  const repositories = new Repositories(context.home.git);
  const pushes = new Pushes(`${context.home.git}/incoming`);
  const queue = new KeyedQueue();
  server.addHook('onReady', async () => {
    await repositories.open();
    await pushes.open();
  });
  context.appEnds.push((app) => repositories.remove(app.id));

  server.post<{Params: {secret: string}; Body: PushRequest}>(
    '/git/pushes/:secret',
    {config: {public: true}},
    async (request, reply) => {
      const push = pushes.take(request.params.secret);
      const effects = {apps: context.store.apps, builds, streams: context.streams};
      return reply.type('application/x-ndjson').send(Readable.from(ndjson(buildPush(effects, push, request.body))));
    },
  );

  const serve = async (request: FastifyRequest<GitParams>, reply: FastifyReply) => {
    const service = request.params['*'];
    if (services[service] !== request.method) throw new DynoError('not_found', {resource: 'repository'});
    const app = context.store.apps.get(request.params.repository.slice(0, -'.git'.length));
    const env = await backendEnvironment(repositories, app, service, request);
    const body = request.method === 'POST' ? (request.body ?? null) : null;
    reply.hijack();
    if (isGone(body, reply)) return;
    try {
      if (service === 'git-receive-pack') await queue.run(app.id, () => receive(app, env, body, reply));
      else await runHttpBackend(env, body, reply.raw);
    } catch (error) {
      context.log.error(`git ${service} of ${app.name}`, error);
      if (!reply.raw.headersSent) reply.raw.writeHead(error instanceof DynoError ? error.status : 500);
      reply.raw.end(error instanceof DynoError ? `${error.message}\n` : undefined);
    }
  };

  const receive = async (app: App, env: Record<string, string>, body: Readable | null, reply: FastifyReply) => {
    // Its turn may come long after its client has given up.
    if (isGone(body, reply)) return;
    const push = pushes.begin(app.id);
    try {
      const hook = {
        DYNO_NODE: process.execPath,
        DYNO_PRE_RECEIVE: preReceive,
        DYNO_PUSH_URL: `http://127.0.0.1:${context.port}/git/pushes/${push.secret}`,
        DYNO_PUSH_SOURCE: push.source,
      };
      await runHttpBackend({...env, ...hook}, body, reply.raw);
    } finally {
      await pushes.end(push);
    }
    const repoSize = await repositories.tidy(app.id);
    if (context.store.apps.find(app.id)) context.store.apps.update(app.id, {repoSize});
  };

  addRawBodyRoutes(server, (scope) => {
    // git asks without credentials first, and then its credential helpers.
    scope.addHook('onSend', async (_request, reply) => {
      if (reply.statusCode === 401) reply.header('www-authenticate', 'Basic realm="dyno", charset="UTF-8"');
    });
    const options = {bodyLimit: Number.MAX_SAFE_INTEGER};
    scope.get<GitParams>('/:repository(^[^/]+\\.git$)/*', options, serve);
    scope.post<GitParams>('/:repository(^[^/]+\\.git$)/*', options, serve);
  });
}

const isGone = (body: Readable | null, reply: FastifyReply): boolean => reply.raw.destroyed || body?.destroyed === true;

async function backendEnvironment(
  repositories: Repositories,
  app: App,
  service: string,
  request: FastifyRequest,
): Promise<Record<string, string>> {
  const {headers} = request;
  const env: Record<string, string> = {
    ...repositories.environment,
    GIT_PROJECT_ROOT: repositories.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${await repositories.ensure(app.id)}/${service}`,
    REQUEST_METHOD: request.method,
    QUERY_STRING: request.url.split('?')[1] ?? '',
    CONTENT_TYPE: headers['content-type'] ?? '',
    REMOTE_USER: 'heroku',
    REMOTE_ADDR: request.ip,
    GATEWAY_INTERFACE: 'CGI/1.1',
  };
  // Without CONTENT_LENGTH git reads to the end of the input. With it, it waits for ever, and never sleeps, for the rest
  // of an upload that broke off.
  const {'content-encoding': encoding, 'git-protocol': protocol} = headers;
  if (encoding !== undefined) env.HTTP_CONTENT_ENCODING = encoding;
  if (typeof protocol === 'string') env.GIT_PROTOCOL = protocol;
  return env;
}

async function* ndjson(events: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}
