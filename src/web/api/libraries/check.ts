import { problemsOf } from '../../../members/faults.ts';
import { badInput } from '../../problem.ts';

interface CheckedPart {
  readonly schema: unknown;
  readonly httpPart?: string;
}

type Verdict = { readonly value: unknown } | { readonly error: Error };

/**
 * Checks parts of a request against their schemas and lists every fault, unknown keys among them. A body
 * that is not there is an empty one; numbers of the address are read from its text. Headers are read where
 * they are used, which has a sentence of its own for each.
 */
export function compileCheck({ schema, httpPart }: CheckedPart): (value: unknown) => Verdict {
  if (httpPart === 'headers') return (value) => ({ value });
  const problems = problemsOf(schema as Parameters<typeof problemsOf>[0]);
  const { properties = {} } = schema as { properties?: Readonly<Record<string, unknown>> };
  const integers = Object.keys(properties).filter(
    (key) => (properties[key] as { type?: string }).type === 'integer',
  );
  return (given) => {
    const value = httpPart === 'body' ? (given ?? {}) : withNumbers(given, integers);
    const faults = problems(value);
    return faults.length === 0 ? { value } : { error: badInput(faults) };
  };
}

function withNumbers(given: unknown, integers: readonly string[]): Record<string, unknown> {
  const value: Record<string, unknown> = { ...(given as object) };
  for (const key of integers) {
    const text = value[key];
    if (typeof text === 'string' && /^\d{1,10}$/.test(text)) value[key] = Number(text);
  }
  return value;
}
