import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export interface RecordedRequest {
  /** `PATCH /apps/demo/formation` */
  call: string;
  body: unknown;
  headers: IncomingMessage['headers'];
}

export type Responder = (request: RecordedRequest, response: ServerResponse) => void;

/** Sends text as it is. */
export function text(body: string, type = 'text/plain'): Responder {
  return (_request, response) => void response.writeHead(200, {'content-type': type}).end(body);
}

/** A real HTTP server with the answers that a test gives it; remembers what was asked. */
export class FixtureApi {
  readonly requests: RecordedRequest[] = [];
  private readonly answers = new Map<string, {status: number; answer: unknown}>();

  private constructor(private readonly server: Server) {}

  /** `port` 0: any that is free */
  static async start(port = 0): Promise<FixtureApi> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const api = new FixtureApi(server);
    server.on('request', (request, response) => void api.handle(request, response));
    return api;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get calls(): string[] {
    return this.requests.map(({call}) => call);
  }

  /** `call` is method and path: `GET /apps/demo`. A function answers by itself. */
  on(call: string, answer: unknown, status = 200): this {
    this.answers.set(call, {status, answer});
    return this;
  }

  bodyOf(call: string): unknown {
    return this.requests.find((request) => request.call === call)?.body;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const json = /json/.test(request.headers['content-type'] ?? '');
    const recorded = {
      call: `${request.method} ${request.url}`,
      body: json && raw.length > 0 ? (JSON.parse(raw.toString()) as unknown) : raw,
      headers: request.headers,
    };
    this.requests.push(recorded);
    const found = this.answers.get(recorded.call);
    if (typeof found?.answer === 'function') return (found.answer as Responder)(recorded, response);
    const missing = {id: 'not_found', message: `The fixture has no ${recorded.call}.`};
    response.writeHead(found?.status ?? 404, {'content-type': 'application/json'});
    response.end(JSON.stringify(found ? found.answer : missing));
  }
}
