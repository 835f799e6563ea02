import type {RequestTimeline} from '../../client/local-api.js';
import {formatLogTime} from '../../model/log.js';
import {parseLogLine} from './log-lines.js';

/** Log lines of the dyno this long before and after the request belong to its story, ms. */
const BEFORE_MS = 60_000;
const AFTER_MS = 5_000;

export interface StoryLine {
  time: string;
  source: string;
  text: string;
}

/**
 * The router's events and what the dyno manager wrote about the same dyno around that time (of every dyno, where the
 * request found none), in the order of their time.
 */
export function requestStory(timeline: RequestTimeline, log: readonly string[]): StoryLine[] {
  const times = timeline.events.map(({at}) => Date.parse(at));
  const [from, to] = [Math.min(...times) - BEFORE_MS, Math.max(...times) + AFTER_MS];
  const states = log.flatMap((line) => {
    const parsed = parseLogLine(line);
    if (parsed?.source !== 'heroku' || parsed.process === 'router') return [];
    if (timeline.dyno !== null && parsed.process !== timeline.dyno) return [];
    const time = Date.parse(parsed.time);
    return time >= from && time <= to
      ? [{time: parsed.time, source: `heroku[${parsed.process}]`, text: parsed.message}]
      : [];
  });
  const events = timeline.events.map(({at, text}) => ({
    time: formatLogTime(Date.parse(at)),
    source: 'heroku[router]',
    text,
  }));
  return [...events, ...states].sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
}
