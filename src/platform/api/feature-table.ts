export interface FeatureEntry {
  name: string;
  displayName: string;
  description: string;
  docUrl: string;
  /** `general` is a feature, `beta` a lab */
  state: 'general' | 'beta';
}

const entry = (
  name: string,
  displayName: string,
  description: string,
  state: FeatureEntry['state'],
  page: string,
): FeatureEntry => ({name, displayName, description, state, docUrl: `https://devcenter.heroku.com/articles/${page}`});

/** What can be enabled on an app. The runtime acts on each of these names. */
export const appFeatures: readonly FeatureEntry[] = [
  entry(
    'http-session-affinity',
    'Session Affinity',
    'Route the requests of a client to the same web dyno',
    'general',
    'session-affinity',
  ),
  entry(
    'preboot',
    'Preboot',
    'Start new web dynos and let them receive traffic before the old ones stop',
    'general',
    'preboot',
  ),
  entry(
    'log-runtime-metrics',
    'Runtime Metrics',
    'Write memory and load of every dyno to the log',
    'beta',
    'log-runtime-metrics',
  ),
  entry(
    'runtime-dyno-metadata',
    'Dyno Metadata',
    'Give dynos environment variables about app and release',
    'beta',
    'dyno-metadata',
  ),
  entry(
    'runtime-dyno-build-metadata',
    'Dyno Build Metadata',
    'Give dynos environment variables about the build',
    'beta',
    'dyno-metadata',
  ),
  entry('runtime-heroku-exec', 'Heroku Exec', 'Open shells in running dynos', 'general', 'exec'),
  entry(
    'spaces-dns-discovery',
    'DNS Service Discovery',
    'Find the dynos of a private space by name',
    'general',
    'dyno-dns-service-discovery',
  ),
];

/** Local accounts have no features of their own. */
export const accountFeatures: readonly FeatureEntry[] = [];
