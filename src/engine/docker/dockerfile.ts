/**
 * A Dockerfile with what every stage of it needs here: labels, so that layers of a failed build can be found again, and
 * this machine's certificate authorities for RUN. ARG rather than ENV: nothing of it stays in the image.
 */
export function prepareDockerfile(
  text: string,
  labels: Record<string, string>,
  ca: {file: string; environment: Record<string, string>} | null,
): string {
  const additions = [
    `LABEL ${Object.entries(labels)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(' ')}`,
  ];
  if (ca) {
    const path = Object.values(ca.environment)[0]!;
    additions.push(`COPY ${ca.file} ${path}`);
    for (const [name, value] of Object.entries(ca.environment)) additions.push(`ARG ${name}=${value}`);
  }
  const result: string[] = [];
  let continued = false;
  let from = false;
  for (const line of text.split(/\r?\n/)) {
    result.push(line);
    if (!continued) from = /^\s*FROM\s/i.test(line);
    continued = /\\\s*$/.test(line) && !/^\s*#/.test(line);
    if (from && !continued) {
      result.push(...additions);
      from = false;
    }
  }
  return result.join('\n');
}

/** A command line that a shell runs like the image's ENTRYPOINT and CMD; null where the image has neither. */
export function imageCommand(
  entrypoint: string[] | null | undefined,
  command: string[] | null | undefined,
): string | null {
  // An image made from a release image has our init for its entrypoint.
  const own = entrypoint?.[0] === '/.dyno/init';
  const words = [...(own ? [] : (entrypoint ?? [])), ...(command ?? [])];
  if (words.length === 0) return null;
  if (words.length === 3 && /^\/bin\/(ba)?sh$/.test(words[0]!) && words[1] === '-c') return words[2]!;
  return words.map(quote).join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
