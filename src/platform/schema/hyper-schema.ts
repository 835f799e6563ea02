import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {gunzipSync} from 'node:zlib';
import type * as ajv from 'ajv';

const require = createRequire(import.meta.url);

/** Heroku's published description of the Platform API (LICENSE.txt beside it). */
export interface HyperSchema {
  definitions: Record<string, Definition>;
}

export interface Definition {
  links?: Link[];
  properties?: Record<string, unknown>;
  [key: string]: unknown;
}

export interface Link {
  href: string;
  method: string;
  rel: string;
  title: string;
  schema?: Record<string, unknown>;
  targetSchema?: Record<string, unknown>;
}

export function readHyperSchema(): HyperSchema {
  const packed = readFileSync(new URL('./heroku-3.sdk.json.gz', import.meta.url));
  return JSON.parse(gunzipSync(packed).toString()) as HyperSchema;
}

/** `/apps/{(%23%2Fdefinitions%2Fapp%2Fdefinitions%2Fidentity)}/dynos` → `/apps/:/dynos` */
export function pathShape(href: string): string {
  return href.replace(/\{[^}]*\}/g, ':').replace(/:[a-z_]+/g, ':');
}

/** Why a value was refused, in the terms of the request: `updates[0].quantity must be integer`. */
export type Check = (value: unknown) => string | null;

/**
 * Checks values against the hyper-schema. Reading it takes a few milliseconds and compiling each check some more, so
 * both wait until they are first needed.
 */
export class SchemaChecks {
  #schema: HyperSchema | undefined;
  #ajv: ajv.Ajv | undefined;
  #links: Map<string, Link[]> | undefined;
  readonly #compiled = new Map<string, Check>();

  get schema(): HyperSchema {
    return (this.#schema ??= readHyperSchema());
  }

  /** The links of the published schema that are this call. */
  linksOf(method: string, path: string): readonly Link[] {
    return this.#linksByCall().get(`${method} ${pathShape(path)}`) ?? [];
  }

  /** Check of the bodies that `method path` takes; null where the published schema does not know the call. */
  ofBody(method: string, path: string): Check | null {
    const key = `${method} ${pathShape(path)}`;
    const found = this.#compiled.get(key);
    if (found) return found;
    const links = this.linksOf(method, path);
    if (links.length === 0) return null;
    // Some calls have two forms: POST /apps/:app/releases takes a slug, or a release to roll back to.
    const schemas = links.map((link) => link.schema).filter((schema) => schema !== undefined);
    return this.#compile(key, schemas.length > 1 ? {anyOf: schemas} : (schemas[0] ?? {}));
  }

  /** Check against a schema of ours, which may refer to `#/definitions/…` of the published one. */
  of(key: string, schema: Record<string, unknown>): Check {
    return this.#compiled.get(key) ?? this.#compile(key, schema);
  }

  #compile(key: string, schema: Record<string, unknown>): Check {
    const validate = this.#validator().compile(withRoot(schema) as object);
    const check: Check = (value) => (validate(value) ? null : explain(validate));
    this.#compiled.set(key, check);
    return check;
  }

  #validator(): ajv.Ajv {
    if (this.#ajv) return this.#ajv;
    const {Ajv} = require('ajv') as typeof ajv;
    this.#ajv = new Ajv({strict: false, allErrors: false, unicodeRegExp: false, formats, logger: false});
    this.#ajv.addSchema({$id: 'heroku', definitions: this.schema.definitions as object});
    return this.#ajv;
  }

  #linksByCall(): Map<string, Link[]> {
    if (this.#links) return this.#links;
    this.#links = new Map();
    for (const {links = []} of Object.values(this.schema.definitions)) {
      for (const link of links) {
        const key = `${link.method.toUpperCase()} ${pathShape(link.href)}`;
        this.#links.set(key, [...(this.#links.get(key) ?? []), link]);
      }
    }
    return this.#links;
  }
}

/** Formats that a request has to obey. Those that no local name could meet (`uri` of a hostname) are let through. */
const formats = {
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  email: /^[^\s@]+@[^\s@]+$/,
  date: true,
  cidr: true,
  'ipv4-cidr': true,
  ipv4: true,
  ipv6: true,
  uri: true,
  url: true,
} as const;

/** `#/definitions/…` → `heroku#/definitions/…` */
function withRoot(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRoot);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' && inner.startsWith('#') ? `heroku${inner}` : withRoot(inner),
    ]),
  );
}

function explain(validate: ajv.ValidateFunction): string {
  const errors = validate.errors ?? [];
  // The innermost error says most: `anyOf` and `oneOf` only repeat that none of their forms fits.
  const error = errors.find(({keyword}) => keyword !== 'anyOf' && keyword !== 'oneOf') ?? errors[0];
  if (!error) return 'The request is not valid.';
  return `${nameOf(error)} ${reasonOf(error)}.`;
}

function nameOf({instancePath}: ajv.ErrorObject): string {
  const parts = instancePath.split('/').slice(1);
  if (parts.length === 0) return 'The body';
  return parts.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : `${index > 0 ? '.' : ''}${part}`)).join('');
}

function reasonOf({keyword, params, message}: ajv.ErrorObject): string {
  if (keyword === 'enum') return `must be one of: ${(params as {allowedValues: unknown[]}).allowedValues.join(', ')}`;
  if (keyword === 'required') return `must have ${(params as {missingProperty: string}).missingProperty}`;
  if (keyword === 'additionalProperties') {
    return `must not have ${(params as {additionalProperty: string}).additionalProperty}`;
  }
  return message ?? 'is not valid';
}
