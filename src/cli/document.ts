import { parse } from 'yaml';
import { InputError } from './errors.ts';
import { readText, unreadable } from './input.ts';

/** A document of a file, YAML or JSON, which is YAML too; unchecked. Throws InputError. */
export async function readDocument(file: string): Promise<object> {
  const text = await readText(file);
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw unreadable(file, error as Error);
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new InputError(`${file} holds no library document`);
}
