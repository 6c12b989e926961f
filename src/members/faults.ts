import type Type from 'typebox';
import { Compile } from 'typebox/compile';

/** One thing wrong with a document: where it stands and what was expected there. */
export interface Fault {
  /** File the document came from, or null for one that came through the API. */
  readonly file: string | null;
  /** Line from 1, or null where there is none to name. */
  readonly line: number | null;
  /** JSON Pointer (RFC 6901) of the key. */
  readonly pointer: string;
  readonly message: string;
}

interface SchemaError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export type Problem = Pick<Fault, 'pointer' | 'message'>;

/** Compiles a schema into a function that lists every problem of a value, none for a valid one. */
export function problemsOf(schema: Type.TSchema): (value: unknown) => Problem[] {
  const validator = Compile(schema);
  return (value) => {
    if (validator.Check(value)) return [];
    return readable(validator.Errors(value) as unknown as SchemaError[]);
  };
}

/** Writes a fault as `file:line: /pointer: message`. */
export function printFault(fault: Fault): string {
  const place = [fault.file, fault.line].filter((part) => part !== null).join(':');
  return `${place ? `${place}: ` : ''}${fault.pointer || '/'}: ${fault.message}`;
}

function readable(errors: readonly SchemaError[]): Problem[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf');
  const kept = errors.filter(
    (error) =>
      error.keyword !== 'boolean' &&
      !unions.some(
        (union) => error !== union && error.schemaPath.startsWith(`${union.schemaPath}/anyOf/`),
      ),
  );
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const error of kept) {
    for (const problem of sentences(error)) {
      const key = `${problem.pointer} ${problem.message}`;
      if (!seen.has(key)) problems.push(problem);
      seen.add(key);
    }
  }
  return problems;
}

function sentences(error: SchemaError): Problem[] {
  const pointer = error.instancePath;
  const list = (key: string) => (error.params[key] as string[] | undefined) ?? [];
  switch (error.keyword) {
    case 'required':
      return list('requiredProperties').map((name) => ({
        pointer: `${pointer}/${escapePointer(name)}`,
        message: 'is required',
      }));
    case 'additionalProperties':
      return list('additionalProperties').map((name) => ({
        pointer: `${pointer}/${escapePointer(name)}`,
        message: 'is not a known key',
      }));
    case 'enum':
      return [{ pointer, message: `must be one of ${list('allowedValues').join(', ')}` }];
    case 'anyOf':
      return [{ pointer, message: 'has none of the forms allowed here' }];
    default:
      return [{ pointer, message: error.message }];
  }
}

export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The keys of a JSON Pointer; numbers stay strings. */
export function pointerPath(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
