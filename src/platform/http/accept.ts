import {DynoError} from '../../model/error.js';

const VERSION = /application\/vnd\.heroku\+json\s*;\s*version\s*=\s*([^\s;,]+)/i;

/**
 * Variant of the API that a client asks for: `3`, `3.sdk`, `3.dogwood`, …; any other media type means plain 3.
 *
 * @throws DynoError not_acceptable for a version that is not served
 */
export function variantOf(accept: string | undefined): string {
  const version = VERSION.exec(accept ?? '')?.[1];
  if (version === undefined) return '3';
  if (/^3(\.[\w-]+)*$/.test(version)) return version;
  throw new DynoError('not_acceptable', {
    message:
      `Version ${version.slice(0, 40)} of the API is not served. Please specify a version along with Heroku's API ` +
      'MIME type. For example, `Accept: application/vnd.heroku+json; version=3`.',
  });
}

/** `addon_service,plan` of Accept-Expansion and Accept-Inclusion. */
export function listOf(header: string | string[] | undefined): Set<string> {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}
