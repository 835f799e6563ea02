import type {RequestTimeline} from '../../client/local-api.js';
import {formatLogTime} from '../../model/log.js';
import {parseLogLine} from './log-lines.js';

/** Log lines of the dyno this long before and after the request belong to its story, ms. */
const BEFORE_MS = 60_000;
const AFTER_MS = 5_000;

const STATE = /^State changed from \w+ to \w+$/;

export interface StoryLine {
  time: string;
  source: string;
  text: string;
}

/**
 * The router's events and what the dyno manager wrote about the same dyno around that time (of every dyno, where the
 * request found none), in the order of their time. First the state that each dyno had come to before.
 */
export function requestStory(timeline: RequestTimeline, log: readonly string[]): StoryLine[] {
  const times = timeline.events.map(({at}) => Date.parse(at));
  const [from, to] = [Math.min(...times) - BEFORE_MS, Math.max(...times) + AFTER_MS];
  const around: StoryLine[] = [];
  const statesBefore = new Map<string, StoryLine>();
  for (const line of log) {
    const parsed = parseLogLine(line);
    if (parsed?.source !== 'heroku' || parsed.process === 'router') continue;
    if (timeline.dyno !== null && parsed.process !== timeline.dyno) continue;
    const time = Date.parse(parsed.time);
    const told = {time: parsed.time, source: `heroku[${parsed.process}]`, text: parsed.message};
    if (time >= from && time <= to) around.push(told);
    else if (time < from && STATE.test(parsed.message)) statesBefore.set(parsed.process, told);
  }
  const events = timeline.events.map(({at, text}) => ({
    time: formatLogTime(Date.parse(at)),
    source: 'heroku[router]',
    text,
  }));
  return [...statesBefore.values(), ...events, ...around].sort(
    (one, other) => Date.parse(one.time) - Date.parse(other.time),
  );
}
