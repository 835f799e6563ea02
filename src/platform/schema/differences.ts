/** A field that cannot be on this machine what the published schema says of it. */
export interface Difference {
  /** `app.git_url`: definition, then field */
  field: string;
  why: string;
  /** the field is ours: the published definition lacks it */
  added?: true;
}

/** All of them, in one place: the check of answers against the schema, and the table in docs/, are made of this. */
export const differences: readonly Difference[] = [
  {field: 'app.git_url', why: 'git is served on this machine, not on git.heroku.com'},
  {field: 'app.web_url', why: 'the router is on this machine: http://<app>.localhost:7780/'},
  {field: 'team-app.git_url', why: 'as app.git_url'},
  {field: 'team-app.web_url', why: 'as app.web_url'},
  {
    field: 'app.generation',
    why: 'an object in variant 3, a string in 3.sdk, as on Heroku; the schema is that of 3.sdk',
  },
  {field: 'team-app.generation', why: 'as app.generation'},
  {field: 'space.generation', why: 'as app.generation'},
  {field: 'domain.hostname', why: 'the schema calls a host name a URI'},
  {field: 'pipeline-release.artifacts', why: 'the schema calls a list an object'},
  {field: 'pipeline-deployment.artifacts', why: 'the schema calls a list an object'},
  {field: 'pipeline-deployment.oci_image', why: 'the schema requires it and does not know it'},
  {field: 'dyno.next_try_at', why: 'when a crashed dyno is tried again; on crashed dynos only', added: true},
  {field: 'pipeline-coupling.pipeline.name', why: 'the official CLI prints it', added: true},
  {field: 'sni-endpoint.ssl_cert.acm', why: 'the official CLI reads it', added: true},
  {
    field: 'space-topology.apps.formations',
    why: 'the official CLI reads this name, the schema has formation',
    added: true,
  },
];
