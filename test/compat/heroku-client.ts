import {realpathSync} from 'node:fs';
import {createRequire} from 'node:module';

/** What is used of the npm package `heroku-client`: Basic authentication, `Range: id ..; max=1000` with every call. */
export interface HerokuClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, options: {body: object}): Promise<T>;
  patch<T>(path: string, options: {body: object}): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

/** The package lies beside the official CLI's. */
export function herokuClient(program: string, options: {host: string; token: string}): HerokuClient {
  const load = createRequire(realpathSync(program));
  const Client = load('heroku-client') as new (options: object) => HerokuClient;
  return new Client(options);
}
