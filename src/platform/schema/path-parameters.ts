import type {Definition, SchemaChecks} from './hyper-schema.js';

/** What a place in a path names, and whether a text can be the name of one. */
interface Place {
  /** of the parameter, as the route calls it */
  name: string;
  resource: string;
  fits(text: string): boolean;
}

/** Definitions that are narrower than what the API takes: team apps have ids too. */
const WIDER: Record<string, string> = {'team-app': 'app', 'team-app-collaborator': 'collaborator'};

/** How errors call a resource, where it is not by its definition. */
const SPOKEN: Record<string, string> = {formation: 'process type', 'log-drain': 'drain'};

/**
 * Checks what stands in the paths of one route against the identities of the published schema. A text that cannot name
 * one of its kind names none: callers answer 404, as Heroku does.
 */
export class PathParameters {
  readonly #checks: SchemaChecks;
  readonly #method: string;
  readonly #path: string;
  #places: Place[] | undefined;

  /** The schema is read with the first call, not before. */
  constructor(checks: SchemaChecks, method: string, path: string) {
    this.#checks = checks;
    this.#method = method;
    this.#path = path;
  }

  /** Resource of the first value that cannot name one; null when all can, or when the schema does not know the call. */
  misnamed(params: Record<string, string>): string | null {
    this.#places ??= this.#read();
    return this.#places.find(({name, fits}) => !fits(params[name] ?? ''))?.resource ?? null;
  }

  #read(): Place[] {
    const [link] = this.#checks.linksOf(this.#method, this.#path);
    if (!link) return [];
    const names = [...this.#path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
    return [...link.href.matchAll(/\{\(([^)]*)\)\}/g)].map(([, reference], index) =>
      this.#place(names[index]!, decodeURIComponent(reference!)),
    );
  }

  /** @param reference `#/definitions/app/definitions/identity` */
  #place(parameter: string, reference: string): Place {
    const [, , given = '', , part = ''] = reference.split('/');
    const name = WIDER[given] ?? given;
    const resource = this.#checks.schema.definitions[name] as Definition & {definitions: Record<string, unknown>};
    // Each resource takes id or name, where some links say `id` only.
    const wide = /^(id|identity)$/.test(part) && resource.definitions['identity'] ? 'identity' : part;
    const pointer = `#/definitions/${name}/definitions/${wide}`;
    const check = this.#checks.of(pointer, {$ref: pointer});
    return {
      name: parameter,
      resource: SPOKEN[name] ?? name.replaceAll('-', ' '),
      // A path has texts only: 3, and v3 of a release, are the number.
      fits: (text) => check(text) === null || (/^v?\d+$/.test(text) && check(Number(text.replace('v', ''))) === null),
    };
  }
}
