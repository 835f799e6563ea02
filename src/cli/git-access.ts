/** What git needs for the platform's repositories besides their URL. */
export interface GitAccess {
  /** `https://localhost:7770` */
  origin: string;
  /** PEM of the authority that signed the platform's certificate */
  caFile: string;
  /** path of the program that answers `git:credentials` */
  program: string;
}

/** Undefined for a URL without TLS: git sends no credentials of a helper's there, and needs no authority. */
export function gitAccessFor(gitUrl: string, how: Omit<GitAccess, 'origin'>): GitAccess | undefined {
  const {protocol, origin} = new URL(gitUrl);
  return protocol === 'https:' ? {origin, ...how} : undefined;
}

/**
 * git's settings for one origin and no other: whom to trust, and whom to ask for the token, so that it lies in no URL
 * and no file of git's. The empty helper is git's way to say that helpers named elsewhere are not asked: `store` would
 * write the token down. An empty proxy is none, whatever HTTPS_PROXY says.
 */
export function gitSettings({origin, caFile, program}: GitAccess): [key: string, value: string][] {
  const helper = `!'${program.replaceAll("'", `'\\''`)}' git:credentials`;
  return [
    [`credential.${origin}.helper`, ''],
    [`credential.${origin}.helper`, helper],
    [`http.${origin}/.sslCAInfo`, caFile],
    [`http.${origin}/.proxy`, ''],
  ];
}

/** The same as sections of a config file. */
export function gitSections(access: GitAccess): {head: string; text: string}[] {
  const sections = new Map<string, [key: string, value: string][]>();
  for (const [setting, value] of gitSettings(access)) {
    const [, kind, subject, key] = /^(\w+)\.(.*)\.(\w+)$/.exec(setting)!;
    const head = `${kind} "${subject}"`;
    sections.set(head, [...(sections.get(head) ?? []), [key!, value]]);
  }
  return [...sections].map(([head, lines]) => section(head, lines));
}

function section(head: string, lines: [key: string, value: string][]): {head: string; text: string} {
  const quoted = (value: string) => `"${value.replace(/[\\"]/g, '\\$&')}"`;
  return {head, text: `[${head}]\n${lines.map(([key, value]) => `\t${key} = ${quoted(value)}\n`).join('')}`};
}

/** Whether git, which tells what it wants in lines of `key=value`, means the platform on this port, by TLS. */
export function isOwnGitHost(asked: string, port: number): boolean {
  const fields = new Map(asked.split('\n').map((line) => [line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1)]));
  return fields.get('protocol') === 'https' && [`localhost:${port}`, `127.0.0.1:${port}`].includes(fields.get('host')!);
}
