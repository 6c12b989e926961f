import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { InputError } from './errors.ts';

/** A file that a command was given. Throws InputError where it cannot be read. */
export async function readBytes(file: string): Promise<Buffer> {
  return await readFile(file).catch((error: Error) => {
    throw unreadable(file, error);
  });
}

export async function readText(file: string): Promise<string> {
  return (await readBytes(file)).toString('utf8');
}

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

function unreadable(file: string, { message }: Error): InputError {
  return new InputError(`${file} cannot be read: ${message}`);
}
