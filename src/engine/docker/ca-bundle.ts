import {readFileSync} from 'node:fs';

/** Certificate authorities that this machine was told to trust beyond those every image knows. */
export interface CaBundle {
  /** PEM */
  text: string;
  /** variables of builds that point at the bundle once it lies at `caPath` */
  buildEnvironment: Record<string, string>;
  /** the same of dynos: as few as do the job, because they show in an app's environment */
  dynoEnvironment: Record<string, string>;
}

/** Where the bundle lies inside builds and dynos. */
export const caPath = '/.dyno/ca-certificates.crt';

/**
 * What a corporate proxy needs: NODE_EXTRA_CA_CERTS adds to what a program knows; SSL_CERT_FILE replaces it, so only
 * when that is set here do the variables that replace (curl's, git's, Python's) reach builds and dynos too.
 */
export function readCaBundle(environment: NodeJS.ProcessEnv = process.env): CaBundle | null {
  const extra = read(environment['NODE_EXTRA_CA_CERTS']);
  const whole = read(environment['SSL_CERT_FILE']);
  const text = [...new Set([whole, extra].filter((part) => part !== ''))].join('\n');
  if (text === '') return null;
  const pointing = (names: string[]) => Object.fromEntries(names.map((name) => [name, caPath]));
  const forDynos = ['NODE_EXTRA_CA_CERTS', ...(whole === '' ? [] : ['SSL_CERT_FILE'])];
  const forTools = whole === '' ? [] : ['CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'REQUESTS_CA_BUNDLE', 'PIP_CERT'];
  return {text, dynoEnvironment: pointing(forDynos), buildEnvironment: pointing([...forDynos, ...forTools])};
}

function read(path: string | undefined): string {
  if (!path) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A variable that points nowhere is the user's matter, and every program on this machine shows it.
    return '';
  }
}
