import type {Route} from '../http/route.js';
import {differences} from './differences.js';
import type {HyperSchema} from './hyper-schema.js';
import {callsNotServed, isPublished} from './served-schema.js';

/** docs/platform-api.md: every call and what it is worth, made from the routes that are served. */
export function compatibilityPage(published: HyperSchema, routes: readonly Route[]): string {
  const calls = [...routes].sort((a, b) => compare(a.path, b.path) || order(a) - order(b));
  const heroku = calls.filter((route) => isPublished(published, route));
  const own = calls.filter((route) => !isPublished(published, route));
  const missing = callsNotServed(published, routes);
  const refused = heroku.filter(({status = 200}) => status >= 400);
  return [
    '# The Platform API that is served here',
    '',
    'Made from the routes of the platform; a test compares. Change a route, then run the test with `UPDATE_DOCS=1`.',
    '',
    `Of the ${heroku.length + missing.length} calls of Heroku's published schema (variant 3.sdk), ${heroku.length} are served;`,
    `${refused.length} of these have one answer, by status 404 or 422: that this machine has none of it.`,
    'Answers are checked against its definitions, all properties there and none extra. Bodies, and what stands in paths,',
    'are checked against them before anything happens: 422 says what is wrong with a body, 404 that no such name can be.',
    'Lists come in pages, by `Range` and `Next-Range`; a page is longer than asked where its last value stands further times.',
    '',
    '## Calls of the published schema',
    '',
    ...table(heroku),
    '',
    '## Calls that the schema lacks',
    '',
    'The official CLI makes some of them; `/local` is what Heroku has no word for.',
    'Besides: git at `/<app>.git`, uploads at the URLs that sources and slugs answer, terminals by upgrade.',
    '',
    ...table(own),
    '',
    '## Fields that differ',
    '',
    '| field | why |',
    '| --- | --- |',
    ...differences.map(({field, why, added}) => `| \`${field}\` | ${why}${added ? ' (added)' : ''} |`),
    '',
    '## Calls that are not served',
    '',
    'They answer 404 with the message that Heroku has for unknown endpoints.',
    '',
    ...missing.map((call) => `- \`${call}\``),
    '',
  ].join('\n');
}

function table(routes: Route[]): string[] {
  return [
    '| call | what | answers | status |',
    '| --- | --- | --- | --- |',
    ...routes.map(
      (route) => `| \`${route.method} ${route.path}\` | ${route.title} | ${answerOf(route)} | ${route.status ?? 200} |`,
    ),
  ];
}

function answerOf({answers, ranges}: Route): string {
  if (!answers) return '';
  const name = answers.split('/').at(-1)!;
  return ranges ? `list of ${name}` : name;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const order = ({method}: Route): number => methods.indexOf(method);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
