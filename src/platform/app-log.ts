import {priority} from '../model/log.js';
import type {Clock} from '../model/clock.js';
import type {Runtimes} from './runtimes/runtimes.js';
import type {App} from './store/apps.js';

/** Writes `app[api]` lines to an app's log, in order, all lines of a call with one time (heroku-behaviour.md 5.8). */
export type AppLog = (app: App, ...lines: string[]) => void;

export function appLog(runtimes: Runtimes, clock: Clock): AppLog {
  return (app, ...lines) => {
    const time = clock.now();
    runtimes.log(
      app,
      lines.map((message) => ({time, source: 'app', process: 'api', message, pri: priority.api})),
    );
  };
}
