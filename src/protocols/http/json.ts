import { AnswerError } from '../answers/errors.ts';
import type { Found } from './selectors.ts';

const maxDepth = 64;
const maxValues = 10_000;

/**
 * Parses an answer in JSON. Deep nesting is refused before anything walks it; control characters that a
 * catalogue left inside strings are read as blanks.
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxDepth) throw new AnswerError('json_depth', 'The JSON is nested too deeply.');
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  const written = text.replace(/^\ufeff/, '');
  return tryParse(written) ?? tryParse(written.replace(controls, ' ')) ?? notJson();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: catalogues leave them inside strings.
const controls = /[\u0000-\u001f]/g;

/** Null for text that is not JSON, and for JSON that is null: neither is an answer. */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function notJson(): never {
  throw new AnswerError('bad_json', 'The server’s answer is not JSON.');
}

type Step = { readonly key: string } | { readonly index: number } | 'each';

const stepPattern = /\.?(?:([^.[\]]+)|\[(\d{1,6})\]|\[\]|\["([^"\]]+)"\])/y;

/** Steps of a path: `content[].title`, `data.list[0]["odd.key"]`; `$` is the place itself. */
export function readPath(path: string): readonly Step[] {
  const written = path.startsWith('$') ? path.slice(1) : path;
  const steps: Step[] = [];
  stepPattern.lastIndex = 0;
  while (stepPattern.lastIndex < written.length) {
    const match = stepPattern.exec(written);
    if (match === null) throw new RangeError(`"${path}" is not a JSON path`);
    const key = match[1] ?? match[3];
    if (key !== undefined) steps.push({ key });
    else steps.push(match[2] === undefined ? 'each' : { index: Number(match[2]) });
  }
  return steps;
}

/**
 * Everything at a path. `there` is true where the path exists although its list is empty, which tells an
 * empty answer from another answer.
 */
export function selectJson(from: unknown, path: string): Found<unknown> {
  let places: unknown[] = [from];
  let there = true;
  for (const step of readPath(path)) {
    const next: unknown[] = [];
    there = false;
    for (const place of places) {
      if (step === 'each') {
        if (!Array.isArray(place)) continue;
        there = true;
        next.push(...place.slice(0, maxValues - next.length));
      } else {
        const found = child(place, step);
        if (found === undefined) continue;
        there = true;
        next.push(found);
      }
      if (next.length >= maxValues) break;
    }
    // Nothing can be asked of an empty list; the path is there as far as it can be.
    if (next.length === 0) return { there, values: [] };
    places = next;
  }
  return { there, values: places };
}

function child(place: unknown, step: { key: string } | { index: number }): unknown {
  if ('index' in step) return Array.isArray(place) ? place[step.index] : undefined;
  if (place === null || typeof place !== 'object' || Array.isArray(place)) return undefined;
  return Object.hasOwn(place, step.key)
    ? (place as Readonly<Record<string, unknown>>)[step.key]
    : undefined;
}

/** A value as text; objects and lists have none. */
export function jsonText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
