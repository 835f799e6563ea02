/**
 * Default process types from what a buildpack's bin/release printed (heroku-behaviour.md 6.6). Heroku ignores what
 * it cannot read there, and so do we: a Procfile may still declare all that is needed.
 */
export async function parseDefaultTypes(yaml: string): Promise<Record<string, string>> {
  // Most declare none, and then the parser need not be loaded.
  if (!yaml.includes('default_process_types')) return {};
  const {parse} = await import('yaml');
  let document: unknown;
  try {
    document = parse(yaml);
  } catch {
    return {};
  }
  if (typeof document !== 'object' || document === null) return {};
  const declared = (document as {default_process_types?: unknown}).default_process_types;
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) return {};
  const types: Record<string, string> = {};
  for (const [type, command] of Object.entries(declared)) {
    if (/^[A-Za-z0-9_-]+$/.test(type) && typeof command === 'string' && command.trim() !== '')
      types[type] = command.trim();
  }
  return types;
}
