/** Control characters, and CR or LF that do not stand together: nothing of it may be in a head (RFC 9112 2.2). */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r[^\n]|[^\r]\n|^\n|\r$/;

export function hasForbiddenCharacter(head: string): boolean {
  return FORBIDDEN.test(head);
}

/** A field value without the blanks around it. */
export function trimBlanks(text: string, from: number, to: number): string {
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Whether a line, whose colon is at `colon`, has exactly one blank before its value and none behind it. */
export function isPlainLine(text: string, colon: number, lineEnd: number): boolean {
  return (
    lineEnd > colon + 2 &&
    text.charCodeAt(colon + 1) === 32 &&
    !isBlank(text.charCodeAt(colon + 2)) &&
    !isBlank(text.charCodeAt(lineEnd - 1))
  );
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** `a, b,c` → `['a', 'b', 'c']`, in lower case; null when a part is no token, or nothing is there. */
export function parseTokenList(value: string): string[] | null {
  const tokens: string[] = [];
  for (const part of value.split(',')) {
    const token = part.replace(/^[ \t]+|[ \t]+$/g, '').toLowerCase();
    if (token === '') continue;
    if (!TOKEN.test(token)) return null;
    tokens.push(token);
  }
  return tokens.length > 0 ? tokens : null;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/** Digits alone; null otherwise, and for what no file is as long as. */
export function parseContentLength(value: string): number | null {
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}
