import {pathShape, type Definition, type SchemaChecks} from './hyper-schema.js';

/** What a place in a path names, and whether a text can be the name of one. */
interface Place {
  resource: string;
  fits(text: string): boolean;
}

/** Definitions that are narrower than what the API takes: team apps have ids too. */
const WIDER: Record<string, string> = {'team-app': 'app', 'team-app-collaborator': 'collaborator'};

/** How errors call a resource, where it is not by its definition. */
const SPOKEN: Record<string, string> = {formation: 'process type', 'log-drain': 'drain', 'dyno-size': 'dyno size'};

/**
 * Checks what stands in a path against the identities of the published schema. A text that cannot name one of its kind
 * names none: callers answer 404, as Heroku does.
 */
export class PathParameters {
  readonly #checks: SchemaChecks;
  readonly #places = new Map<string, Place[]>();

  constructor(checks: SchemaChecks) {
    this.#checks = checks;
  }

  /** Resource of the first value that cannot name one; null when all can, or when the schema does not know the call. */
  misnamed(method: string, path: string, values: readonly string[]): string | null {
    const key = `${method} ${pathShape(path)}`;
    let places = this.#places.get(key);
    if (!places) this.#places.set(key, (places = this.#read(method, path)));
    return places.find((place, index) => !place.fits(values[index] ?? ''))?.resource ?? null;
  }

  #read(method: string, path: string): Place[] {
    const [link] = this.#checks.linksOf(method, path);
    if (!link) return [];
    return [...link.href.matchAll(/\{\(([^)]*)\)\}/g)].map(([, reference]) =>
      this.#place(decodeURIComponent(reference!)),
    );
  }

  /** @param reference `#/definitions/app/definitions/identity` */
  #place(reference: string): Place {
    const [, , given = '', , part = ''] = reference.split('/');
    const name = WIDER[given] ?? given;
    const resource = this.#checks.schema.definitions[name] as Definition & {definitions: Record<string, unknown>};
    // Each resource takes id or name, where some links say `id` only.
    const wide = /^(id|identity)$/.test(part) && resource.definitions['identity'] ? 'identity' : part;
    const pointer = `#/definitions/${name}/definitions/${wide}`;
    const check = this.#checks.of(pointer, {$ref: pointer});
    return {
      resource: SPOKEN[name] ?? name.replaceAll('-', ' '),
      // A path has texts only: 3, and v3 of a release, are the number.
      fits: (text) => check(text) === null || (/^v?\d+$/.test(text) && check(Number(text.replace('v', ''))) === null),
    };
  }
}
