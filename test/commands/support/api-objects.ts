/** Objects as the Platform API answers them, with the fields that commands read. */
const long = '2026-11-22T06:17:02Z';

export function app(name: string, changes: object = {}) {
  return {
    acm: false,
    archived_at: null,
    build_stack: {id: 's', name: 'heroku-24'},
    created_at: long,
    git_url: `http://localhost:7770/${name}.git`,
    id: `id-of-${name}`,
    internal_routing: null,
    maintenance: false,
    name,
    owner: {id: 'u', email: 'dev@localhost'},
    region: {id: 'r', name: 'us'},
    repo_size: 0,
    slug_size: 38_400_000,
    space: null,
    stack: {id: 's', name: 'heroku-24'},
    web_url: `http://${name}.localhost:7780/`,
    ...changes,
  };
}

export function dyno(name: string, changes: object = {}) {
  return {
    attach_url: null,
    command: 'node a.js',
    created_at: long,
    id: `id-of-${name}`,
    name,
    release: {id: 'r3', version: 3},
    size: 'Standard-1X',
    state: 'up',
    type: name.split('.')[0],
    updated_at: long,
    ...changes,
  };
}

export function release(version: number, changes: object = {}) {
  return {
    addon_plan_names: [],
    created_at: long,
    current: false,
    description: `Deploy 71c09b0${version}`,
    eligible_for_rollback: true,
    id: `id-of-v${version}`,
    output_stream_url: null,
    slug: {id: 'slug'},
    status: 'succeeded',
    user: {id: 'u', email: 'dev@localhost'},
    version,
    ...changes,
  };
}

export function formation(type: string, quantity: number, size = 'Standard-1X') {
  return {id: `id-of-${type}`, type, quantity, size, command: `node ${type}.js`};
}
