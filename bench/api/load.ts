import {once} from 'node:events';
import {Agent, request} from 'node:http';
import type {IncomingMessage} from 'node:http';

export const CONCURRENT = 8;

export interface Served {
  port: number;
  token: string;
}

export interface Call {
  method: string;
  path: string;
  body?: string;
}

export interface Measured {
  /** requests per second */
  rate: number;
  /** ms */
  p99: number;
}

/** Makes `count` calls over kept connections, {@link CONCURRENT} at a time. */
export async function load(served: Served, callOf: (index: number) => Call, count: number): Promise<Measured> {
  const agent = new Agent({keepAlive: true, maxSockets: CONCURRENT});
  const times: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({length: CONCURRENT}, async () => {
      while (next < count) {
        const begun = performance.now();
        await send(served, agent, callOf(next++));
        times.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  return {rate: count / seconds, p99: times[Math.floor(times.length * 0.99)]!};
}

async function send({port, token}: Served, agent: Agent, {method, path, body}: Call): Promise<void> {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}),
  };
  const call = request({host: '127.0.0.1', port, method, path, headers, agent});
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${response.statusCode}`);
  response.resume();
  await once(response, 'end');
}
