import {pipeline} from 'node:stream/promises';
import {Readable} from 'node:stream';
import {DynoError} from '../../model/error.js';
import {closed} from '../http/closed.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';

/** Output of a build or a release command: what there is, then what comes, until its end. */
async function sendStream({context, params, reply}: ApiCall): Promise<undefined> {
  const {streams, stopping} = context;
  const id = params.stream!;
  if (!streams.exists(id)) throw new DynoError('not_found', {resource: 'stream'});
  const gone = closed(reply.raw);
  reply.hijack();
  reply.raw.writeHead(200, {'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache'});
  reply.raw.flushHeaders();
  await pipeline(
    Readable.from(streams.read(id, AbortSignal.any([gone, stopping])), {objectMode: false}),
    reply.raw,
  ).catch(() => undefined);
  return undefined;
}

export const outputStreamRoutes = [
  route('GET', '/streams/:stream', {title: 'output of a build or a release command', public: true}, sendStream),
];
