import {isIP} from 'node:net';
import {appNameOf} from '../../model/app-hosts.js';
import {DynoError} from '../../model/error.js';
import type {Visit} from '../../model/visit.js';
import type {PlatformContext} from '../context.js';
import {closed} from '../http/closed.js';
import {route} from '../http/route.js';
import {runtimeAtPort, runtimeNameOf} from '../runtimes/runtime-spec.js';
import type {App} from '../store/apps.js';

const body = {
  type: 'object',
  required: ['from', 'url'],
  properties: {
    from: {type: 'string'},
    url: {type: 'string'},
    method: {type: 'string'},
    headers: {type: 'array', items: {type: 'array', minItems: 2, maxItems: 2, items: {type: 'string'}}},
    body: {type: 'string'},
  },
};

/** RFC 9110 tokens; values without line ends */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[^\0\r\n]*$/;

const invalid = (message: string) => new DynoError('invalid_params', {message});

/** @throws DynoError invalid_params */
function readVisit(given: Record<string, unknown>): Visit {
  const {from, url, method = 'GET', headers = [], body: content} = given as unknown as Visit;
  if (isIP(from) === 0) throw invalid(`${from.slice(0, 60)} is no IP address of a client. Form: 203.0.113.9`);
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw invalid(`${url.slice(0, 100)} is no URL of an app. Form: http://demo.localhost:7780/`);
  }
  if (parsed.username !== '') throw invalid('Put user and password into a header: Authorization.');
  if (!TOKEN.test(method)) throw invalid(`${method.slice(0, 60)} is no HTTP method.`);
  const bad = headers.find(([name, value]) => !TOKEN.test(name) || !VALUE.test(value));
  if (bad) throw invalid(`${bad.join(': ').slice(0, 60)} is no HTTP header. Form: Name: value`);
  return {from, url: parsed.href, method, headers, ...(content === undefined ? {} : {body: content})};
}

function appAt({store}: PlatformContext, host: string): App | undefined {
  const name = appNameOf(host);
  if (name) return store.apps.find(name);
  const domain = store.domains.findServing(host);
  return domain && store.apps.find(domain.appId);
}

/** The router that a client would reach at the URL: by its port, and without one by its host. */
function runtimeAt(context: PlatformContext, {protocol, hostname, port}: URL): string {
  const {store} = context;
  const app = appAt(context, hostname);
  if (!app) throw new DynoError('not_found', {resource: `app: no app here is served at ${hostname}`});
  if (port === '') return runtimeNameOf(store, app);
  const name = runtimeAtPort(store, context.port, protocol === 'https:' ? 'https' : 'http', Number(port));
  if (name) return name;
  throw invalid(
    `No router here takes ${protocol.slice(0, -1)} on port ${port}; ${app.name} is at ${context.webUrl(app)}`,
  );
}

export const visitRoutes = [
  route('POST', '/local/visits', {title: 'what a client at another address would get', body}, async (call) => {
    const visit = readVisit(call.body);
    const client = await call.context.runtimes.clientOf(runtimeAt(call.context, new URL(visit.url)));
    const gone = closed(call.reply.raw);
    try {
      return {from: visit.from, url: visit.url, ...(await client.visit(visit, gone))};
    } catch (error) {
      // Whoever asked has left: there is nobody to tell.
      if (gone.aborted) return undefined;
      throw error;
    }
  }),
];
