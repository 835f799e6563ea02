/**
 * The one error of this program. A code per cause; what it means and what to do about it stand here, beside the code.
 * `id` and `status` are what the Platform API answers (platform-api.md 3); a CLI shows message and remedy.
 */
export type ErrorCode = keyof typeof errors;

interface ErrorEntry {
  /** HTTP status of the Platform API */
  status: number;
  /** Heroku's error id */
  id: string;
  /** `{name}` is replaced from the details */
  message: string;
  /** what to type or change; absent where the message says it */
  remedy?: string;
}

const entry = (status: number, id: string, message: string, remedy?: string): ErrorEntry => ({
  status,
  id,
  message,
  ...(remedy ? {remedy} : {}),
});

export const errors = {
  // the request
  bad_request: entry(400, 'bad_request', '{message}'),
  unauthorized: entry(
    401,
    'unauthorized',
    'Invalid credentials provided.',
    'Use the token in $DYNO_HOME/token, or run: eval "$(dyno env)"',
  ),
  forbidden: entry(403, 'forbidden', '{message}'),
  host_refused: entry(
    403,
    'forbidden',
    'Host header {host} is not served here.',
    'Call the API as localhost or 127.0.0.1.',
  ),
  not_found: entry(404, 'not_found', "Couldn't find that {resource}."),
  request_unknown: entry(
    404,
    'not_found',
    'No request {request} of this app is remembered. The router keeps the latest 2,000, the log 1,500 lines.',
    'Look for its request_id in: dyno logs -d router -n 1500',
  ),
  endpoint_unknown: entry(
    404,
    'not_found',
    'The requested API endpoint was not found. Are you using the right HTTP verb (i.e. `GET` vs. `POST`), and did you specify your intended version with the `Accept` header?',
  ),
  body_too_large: entry(413, 'request_entity_too_large', 'The body is larger than the API takes.'),
  not_acceptable: entry(406, 'not_acceptable', '{message}'),
  conflict: entry(409, 'conflict', '{message}'),
  range_invalid: entry(416, 'requested_range_not_satisfiable', '{message}'),
  invalid_params: entry(422, 'invalid_params', '{message}'),
  confirmation_required: entry(422, 'confirmation_required', 'Confirmation required: {name}.', 'Add --confirm {name}'),
  rate_limit: entry(
    429,
    'rate_limit',
    'Your account reached the API rate limit. Please wait a few minutes before making new requests.',
  ),
  internal: entry(500, 'internal_server_error', 'Internal server error.', 'Look at: dyno platform:logs'),
  unavailable: entry(503, 'service_unavailable', '{message}'),

  // apps and their parts
  app_name_invalid: entry(
    422,
    'invalid_params',
    'Name must start with a letter, end with a letter or digit and can only contain lowercase letters, digits, and dashes, 3 to 30 characters.',
  ),
  app_name_taken: entry(422, 'invalid_params', 'Name {name} is already taken'),
  drain_url_invalid: entry(
    422,
    'invalid_params',
    'Url {url} is not a drain: {reason}.',
    'Use https://, http://, syslog:// or syslog+tls:// and a host.',
  ),
  drain_host_unknown: entry(
    422,
    'invalid_params',
    'Url {url} is not a drain: its host {host} does not resolve.',
    'Correct the name, or use an IP address or a name below localhost.',
  ),
  drain_taken: entry(422, 'invalid_params', 'Url {url} has already been taken'),
  drain_limit: entry(
    422,
    'invalid_params',
    'You have already added the maximum number of drains allowed',
    'Remove one of the {limit} first: dyno drains:remove',
  ),
  config_invalid: entry(422, 'invalid_params', '{message}'),
  formation_invalid: entry(422, 'invalid_params', '{message}'),
  procfile_invalid: entry(
    422,
    'invalid_params',
    'Procfile line {line} is not `<type>: <command>`: {text}',
    'Correct the line, or put # before it.',
  ),
  no_process_types: entry(
    422,
    'invalid_params',
    'No Procfile, and the buildpack declares no default process type.',
    'Add a Procfile, for example: web: npm start',
  ),
  process_type_unknown: entry(
    404,
    'not_found',
    "Couldn't find that process type ({type}).",
    'List those of the app: dyno scale. A new one is declared in its Procfile.',
  ),
  no_code: entry(422, 'invalid_params', 'Nothing is deployed to {app} yet.', 'Deploy first: dyno deploy -a {app}'),
  slug_invalid: entry(
    422,
    'invalid_params',
    'The source archive cannot be read: {reason}',
    'Send a gzipped tar of the app directory.',
  ),
  build_failed: entry(422, 'build_failed', 'Build failed: {step}'),
  release_failed: entry(
    422,
    'release_failed',
    'The release command of v{version} failed; the previous release goes on.',
    'Read its output: dyno releases:output v{version}',
  ),

  // private spaces
  cidr_invalid: entry(
    422,
    'invalid_params',
    '{cidr} cannot be the range of a space: {reason}.',
    'Use an IPv4 range of private addresses with /16, for example 10.0.0.0/16.',
  ),
  cidr_overlap: entry(
    422,
    'invalid_params',
    '{cidr} overlaps with {range}, which belongs to {holder}.',
    'Choose another --cidr, or leave it out.',
  ),
  subnets_exhausted: entry(
    422,
    'invalid_params',
    'No free /{bits} is left in {cidr}.',
    'Destroy a space, or choose another range with --cidr.',
  ),
  subnet_taken: entry(503, 'subnet_taken', 'The subnet {subnet} is in use on this machine: {reason}'),
  space_unavailable: entry(503, 'space_unavailable', 'The network of space {network} is not up: {reason}'),

  // the machine
  engine_unreachable: entry(
    503,
    'engine_unreachable',
    'The {engine} engine does not answer: {reason}',
    'Start Docker, or use DYNO_ENGINE=process. Check with: dyno doctor',
  ),
  engine_refused: entry(503, 'engine_refused', 'The {engine} engine refused to {action}: {reason}'),
  port_in_use: entry(
    503,
    'port_in_use',
    'Port {port} is taken by {holder}.',
    'Stop it, or choose another base port with DYNO_PORT.',
  ),
  checksum_mismatch: entry(
    503,
    'checksum_mismatch',
    'The slug is not what was built. Expected: {expected} Actual: {actual}',
    'Deploy again.',
  ),
  disk_full: entry(507, 'disk_full', 'No space is left on the disk of {path}.', 'Free some space and try again.'),
  runtime_unavailable: entry(
    503,
    'runtime_unavailable',
    'Runtime {runtime} does not answer: {reason}',
    'Look at: dyno platform:logs',
  ),
  platform_unavailable: entry(
    503,
    'platform_unavailable',
    'The platform does not answer: {reason}',
    'Look at: dyno platform:logs',
  ),
  unsupported: entry(422, 'invalid_params', '{message}'),

  // what the platform answered to the CLI, in its own words
  api: entry(502, '{id}', '{message}', '{remedy}'),

  platform_stopped: entry(503, 'platform_stopped', 'The platform does not run.', 'Start it with: dyno platform:start'),

  // usage of the CLI
  home_unwritable: entry(
    400,
    'usage',
    'The folder {home} cannot be written: {reason}.',
    'Choose another with DYNO_HOME.',
  ),
  platform_failed: entry(503, 'platform_failed', 'The platform did not start: {reason}', 'Look at: dyno platform:logs'),
  port_differs: entry(
    400,
    'usage',
    'The platform of {home} listens on port {running}, not on {asked}.',
    'Unset DYNO_PORT, or stop it first: DYNO_PORT={running} dyno platform:stop',
  ),
  directory_unreadable: entry(
    400,
    'usage',
    'Cannot read {directory}: {reason}.',
    'Name the directory that holds the app: dyno deploy DIRECTORY',
  ),
  usage: entry(400, 'usage', '{message}'),
  git_failed: entry(500, 'git_failed', 'git did not do it: {reason}.'),
  no_app: entry(
    400,
    'usage',
    'No app specified.',
    'Name one with -a APP, or run inside a directory linked by dyno create.',
  ),
} satisfies Record<string, ErrorEntry>;

export type ErrorDetails = Record<string, string | number>;

export class DynoError extends Error {
  override readonly name = 'DynoError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    super(fill(errors[code].message, details), cause === undefined ? undefined : {cause});
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errors[this.code].status;
  }

  get id(): string {
    return errors[this.code].id;
  }

  get remedy(): string | undefined {
    const {remedy} = errors[this.code] as ErrorEntry;
    return remedy === undefined ? undefined : fill(remedy, this.details);
  }
}

function fill(text: string, details: ErrorDetails): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole));
}
