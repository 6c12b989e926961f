import { readFile } from 'node:fs/promises';
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

/** The value of an option that knows so many. Throws InputError with all of them. */
export function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new InputError(`${name} must be one of ${allowed.join(', ')}`);
  return found;
}

export function unreadable(file: string, { message }: Error): InputError {
  return new InputError(`${file} cannot be read: ${message}`);
}
