import type {DynoDirectory, DynoRecord} from './dyno-directory.js';
import {MARKER} from './process-table.js';

/** Variables of ours that reach every dyno: how to find programs and a company's certificates. */
const PASSED = ['PATH', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/**
 * The environment of a dyno's processes. HOME is its directory, since a plain process cannot have an /app of its own;
 * TMPDIR lies beside it, so that both are thrown away with the dyno. `own`: of a further command inside of it.
 */
export function dynoEnvironment(
  record: DynoRecord,
  directory: DynoDirectory,
  own: Record<string, string> = {},
): Record<string, string> {
  const passed = PASSED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    ...record.spec.env,
    ...own,
    [MARKER]: record.engineId,
    HOME: directory.app,
    TMPDIR: directory.tmp,
  };
}
