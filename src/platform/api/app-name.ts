import {DynoError} from '../../model/error.js';

const APP_NAME = /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/;

/** @throws DynoError app_name_invalid */
export function requireAppName(name: unknown): string {
  if (typeof name === 'string' && APP_NAME.test(name)) return name;
  throw new DynoError('app_name_invalid');
}

const adjectives =
  'aged bold calm cold crisp damp dark dry fast fierce frozen gentle guarded hidden icy late lively lone lit mighty misty morning nameless obscure pacific peaceful polar pure quiet rocky salty secret serene sharp shrouded silent sleepy stark still stormy sunny thawing vast warm whispering wild young';
const nouns =
  'anchorage bastion bayou beach brook brushlands caverns citadel cliffs cove crag depths dusk earth eyrie falls fjord forest fortress gorge harbor headland island inlet journey lake meadow mesa mountain oasis ocean peak plains plateau ravine reaches ridge river savannah scrubland sea shelf shore spire springs stream summit taiga temple tundra valley wave woodland';

/** `quiet-harbor-40217`: what an app is called that nobody named. `random` answers in [0, 1). */
export function randomAppName(random: () => number): string {
  const pick = (words: string) => {
    const list = words.split(' ');
    return list[Math.floor(random() * list.length)];
  };
  return `${pick(adjectives)}-${pick(nouns)}-${String(10_000 + Math.floor(random() * 90_000))}`;
}
