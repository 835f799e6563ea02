import {Ajv} from 'ajv';
import {differences} from '../../../src/platform/schema/differences.js';
import {readHyperSchema} from '../../../src/platform/schema/hyper-schema.js';

type Json = Record<string, unknown>;

const schema = strict(readHyperSchema() as unknown as Json) as Json;
relax(schema);
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  unicodeRegExp: false,
  logger: false,
  formats: {
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
    uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    email: /^[^\s@]+@[^\s@]+$/,
    uri: /^[a-z][a-z0-9+.-]*:\S+$/,
    date: true,
  },
});
ajv.addSchema({$id: 'heroku', definitions: schema.definitions as Json});

/** What is wrong with an answer, by the published definition: every property there, none extra. Empty when nothing is. */
export function violations(definition: string, value: unknown): string[] {
  const validate = ajv.compile({$ref: `heroku#/definitions/${definition}`});
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({instancePath, message, params}) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** `strictProperties` as JSON schema: all that are named are required, others are not allowed. */
function strict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strict);
  if (typeof node !== 'object' || node === null) return node;
  const copy: Json = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, strict(value)]));
  if (typeof copy.$ref === 'string') copy.$ref = copy.$ref.replace(/^#/, 'heroku#');
  if (copy.strictProperties === true && typeof copy.properties === 'object') {
    copy.required = Object.keys(copy.properties as Json);
    copy.additionalProperties = false;
  }
  return copy;
}

/** Lets the differences that are listed through, and nothing else. */
function relax(root: Json): void {
  const definitions = root.definitions as Record<string, Json>;
  for (const {field} of differences) {
    const [name, ...path] = field.split('.');
    let node = definitions[name!]!;
    for (const step of path.slice(0, -1)) node = childOf(node, step);
    const properties = (node.properties ??= {}) as Json;
    properties[path.at(-1)!] = {};
    // Optional ones stay so.
    if (Array.isArray(node.required)) node.required = (node.required as string[]).filter((key) => key !== path.at(-1));
  }
}

function childOf(node: Json, step: string): Json {
  const child = (node.properties as Record<string, Json>)[step]!;
  return (child.items as Json | undefined) ?? child;
}
