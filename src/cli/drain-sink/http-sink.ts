import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http';
import {parseLogplexBody} from '../../model/logplex-frame.js';
import type {SinkOptions} from './sink-options.js';

/** Reads a drain's requests and answers as the sink should behave. */
export function answerRequests({behaviour = {kind: 'accept'}, onFrames, onMalformed}: SinkOptions): RequestListener {
  const statusNow = behaviour.kind === 'status' ? behaviour.status : 204;
  const answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const headers = pairsOf(request.rawHeaders);
    const status = behaviour.kind === 'hang' ? null : statusNow;
    try {
      onFrames(parseLogplexBody(body), {headers, status});
    } catch (error) {
      onMalformed?.(error as Error);
    }
    if (status === null) return;
    const delayMs = behaviour.kind === 'slow' ? behaviour.delayMs : 0;
    setTimeout(() => response.writeHead(status).end(), delayMs);
  };
  return (request, response) => {
    if (behaviour.kind === 'close') {
      request.once('data', () => request.socket.destroy());
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  };
}

function pairsOf(rawHeaders: string[]): [string, string][] {
  return rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1]!] as [string, string]] : []));
}
