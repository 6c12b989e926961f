import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Row = Readonly<Record<string, string>>;

/** Rows of a table beside this file; the first line names the columns. A missing cell is empty. */
export function readTable(name: string): Row[] {
  const text = readFileSync(join(import.meta.dirname, name), 'utf8');
  const [head = '', ...lines] = text.replace(/\n$/, '').split('\n');
  const columns = head.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']));
  });
}

/** A cell that must be there. */
export function cell(row: Row, column: string): string {
  const value = row[column];
  if (value === undefined) throw new Error(`table has no column ${column}`);
  return value;
}

/** The words of a cell that lists several, by the given separator. */
export function list(text: string, separator: string): string[] {
  return text === '' ? [] : text.split(separator);
}
