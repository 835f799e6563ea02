import type {Clock} from '../../../src/model/clock.js';
import {Router} from '../../../src/router/router.js';
import type {RoutedApp, RoutedDyno, RouterOptions} from '../../../src/router/router.js';
import {RawClient} from './raw-client.js';
import {RawDyno} from './raw-dyno.js';
import {realClock} from './real-clock.js';

const PATIENCE_MS = 8000;

export interface FixtureOptions extends Partial<RouterOptions> {
  clock?: Clock;
  app?: Partial<RoutedApp>;
  /** number of web dynos */
  dynos?: number;
  https?: boolean;
}

/** A router on a free port with one app, `demo.localhost`, and its web dynos. */
export class RouterFixture {
  readonly lines: string[] = [];
  /** whose each line is */
  readonly apps: string[] = [];
  readonly woken: string[] = [];
  readonly router: Router;
  readonly dynos: RawDyno[] = [];
  port = 0;
  httpsPort = 0;
  app: RoutedApp;
  readonly #clients: RawClient[] = [];
  readonly #options: FixtureOptions;

  constructor(options: FixtureOptions = {}) {
    this.#options = options;
    this.app = {
      id: 'app-1',
      name: 'demo',
      hosts: ['demo.localhost'],
      maintenance: false,
      features: [],
      blank: false,
      ...options.app,
    };
    this.router = new Router({
      kind: 'common',
      clock: realClock,
      random: Math.random,
      log: (app, line) => {
        this.apps.push(app);
        this.lines.push(line);
      },
      wake: (app) => void this.woken.push(app),
      trafficSeen: () => undefined,
      ...options,
    });
  }

  async open(): Promise<this> {
    const {dynos = 1, https} = this.#options;
    const ports = await this.router.listen({host: '127.0.0.1', httpPort: 0, ...(https ? {httpsPort: 0} : {})});
    this.port = ports.httpPort;
    this.httpsPort = ports.httpsPort ?? 0;
    this.router.setApp(this.app);
    for (let index = 0; index < dynos; index++) this.dynos.push(await new RawDyno().open());
    this.setDynos();
    return this;
  }

  get dyno(): RawDyno {
    return this.dynos[0]!;
  }

  /** Every dyno is up, but for what `changes` says of it by index. */
  setDynos(changes: Array<Partial<RoutedDyno>> = []): void {
    this.router.setDynos(
      this.app.id,
      this.dynos.map((dyno, index) => ({
        id: `dyno-${index + 1}`,
        name: `web.${index + 1}`,
        state: 'up',
        endpoint: dyno.endpoint,
        ...changes[index],
      })),
    );
  }

  setApp(changes: Partial<RoutedApp>): void {
    this.app = {...this.app, ...changes};
    this.router.setApp(this.app);
  }

  async client(): Promise<RawClient> {
    const client = await new RawClient(this.port).connected();
    this.#clients.push(client);
    return client;
  }

  /** Sends one request and answers with the whole response. */
  async ask(request: string, method = 'GET'): Promise<string> {
    const client = await this.client();
    const response = await client.send(request).response(method);
    client.close();
    return response;
  }

  /** The router line number `index`, once it is written. */
  async line(index = 0): Promise<string> {
    await eventually(() => this.lines.length > index);
    return this.lines[index]!;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.router.close();
    for (const dyno of this.dynos) await dyno.close();
  }
}

/** Polls until `holds`; fails after a generous while. */
export async function eventually(holds: () => boolean | Promise<boolean>, what = 'condition'): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A line with what differs from run to run masked. */
export function masked(line: string): string {
  return line.replace(/request_id=[0-9a-f-]{36}/, 'request_id=<id>').replace(/(connect|service)=\d+ms/g, '$1=<n>ms');
}

export const GET = 'GET / HTTP/1.1\r\nHost: demo.localhost\r\n\r\n';
