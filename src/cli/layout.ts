/** Lines of text from data, in the forms of the official CLI. Pure; widths ignore colour codes. */

/** `Key:   value`, keys sorted and aligned; lists one item a line, empty and missing values left out. */
export function layoutObject(values: Record<string, unknown>, keyStyle = (key: string) => key): string[] {
  const sorted = Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
  return layoutFields(Object.fromEntries(sorted), keyStyle);
}

/** As layoutObject, in the order given. */
export function layoutFields(values: Record<string, unknown>, keyStyle = (key: string) => key): string[] {
  const keys = Object.keys(values).filter((key) => isWorthALine(values[key]));
  const width = Math.max(0, ...keys.map((key) => key.length)) + 2;
  return keys.flatMap((key) => {
    const pad = ' '.repeat(width - key.length - 1);
    const [first = '', ...others] = valueLines(values[key]);
    return [`${keyStyle(key)}:${pad}${first}`, ...others.map((line) => ' '.repeat(width) + line)];
  });
}

export interface Column<Row> {
  /** null everywhere: a table without a head */
  head: string | null;
  cell: (row: Row) => string;
}

/** Columns padded to their widest cell, two spaces apart, with a ruled head where there is one. */
export function layoutTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  const body = rows.map((row) => columns.map((column) => column.cell(row)));
  const heads = columns.map((column) => column.head ?? '');
  const widths = columns.map((_, at) => Math.max(...[heads, ...body].map((cells) => visibleWidth(cells[at]!))));
  const line = (cells: string[]) =>
    cells
      .map((cell, at) => cell + ' '.repeat(widths[at]! - visibleWidth(cell)))
      .join('  ')
      .trimEnd();
  if (columns.every(({head}) => head === null)) return body.map(line);
  return [line(heads), line(widths.map((width) => '─'.repeat(width))), ...body.map(line)];
}

/** Columns that a terminal shows, without colour codes; wide characters count as one. */
export function visibleWidth(text: string): number {
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}

/** As the official CLI quotes config vars for a shell. */
export function quoteForShell(value: string): string {
  if (/^[A-Za-z0-9_\-.,:/@]+$/.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function isWorthALine(value: unknown): boolean {
  return value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function valueLines(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object')
    return [
      Object.entries(value!)
        .map(([key, item]) => `${key}: ${item}`)
        .join(', '),
    ];
  return String(value).split('\n');
}
