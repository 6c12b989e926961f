import { attributeSetOid } from '../pqf/sets.ts';
import type { RpnAttribute } from '../types.ts';

/** How the words after a field are taken: as one phrase or word, each by itself, or in groups. */
export type Structure = 'pw' | 'al' | 'ol' | 'ag' | 'sl';

/** A CCL field (`ti`) as one way of searching. */
export interface Qualifier {
  /** Attributes in the order of the file. Two of one type are alternatives. */
  readonly attributes: readonly RpnAttribute[];
  readonly structures: ReadonlySet<Structure>;
  /** l left, r right, b both, z Z39.58, x regular expression, n say so where there is none. */
  readonly truncation: ReadonlySet<'l' | 'r' | 'b' | 'z' | 'x' | 'n'>;
  /** Compares: by value, or also by ranges inside one word (`1980-1990`). */
  readonly order: 'none' | 'ordered' | 'range';
  /** True where `=` needs no relation attribute. */
  readonly omitsEquals: boolean;
}

export interface CclFields {
  /** A field may stand for several, any of which may hold. */
  readonly fields: ReadonlyMap<string, readonly Qualifier[]>;
  readonly truncationSign: string;
  readonly maskSign: string;
}

/** A line of a field file that says nothing. */
export class CclFieldsError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.name = 'CclFieldsError';
    this.line = line;
  }
}

const maxLines = 2000;
const typeNumbers: Readonly<Record<string, number>> = { u: 1, r: 2, p: 3, s: 4, t: 5, c: 6 };
const structures = new Set(['pw', 'al', 'ol', 'ag', 'sl']);
const truncations = new Set(['l', 'r', 'b', 'z', 'x', 'n']);

/**
 * Reads a field file as YAZ's tools have it: a field and its attributes on each line (`ti u=4 s=pw
 * t=l,r`), a field made of others (`title ti`), and the directives `@truncation` and `@mask`.
 */
export function parseCclFields(text: string): CclFields {
  const fields = new Map<string, readonly Qualifier[]>();
  let truncationSign = '?';
  let maskSign = '#';
  const lines = text.split('\n');
  if (lines.length > maxLines) throw new CclFieldsError('The file is too long.', maxLines);
  for (const [at, line] of lines.entries()) {
    const [name, ...words] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (name === undefined || name === '') continue;
    if (name === '@truncation') truncationSign = words[0] ?? '';
    else if (name === '@mask') maskSign = words[0] ?? '';
    else if (name.startsWith('@')) throw new CclFieldsError(`${name} is not known here.`, at + 1);
    else fields.set(name, readField(words, fields, at + 1));
  }
  return { fields, truncationSign, maskSign };
}

function readField(
  words: readonly string[],
  known: ReadonlyMap<string, readonly Qualifier[]>,
  line: number,
): readonly Qualifier[] {
  if (words.some((word) => word.includes('='))) return [readQualifier(words, line)];
  return words.flatMap((word) => {
    const found = known.get(word);
    if (found === undefined) throw new CclFieldsError(`There is no field “${word}”.`, line);
    return found;
  });
}

function readQualifier(words: readonly string[], line: number): Qualifier {
  const attributes: RpnAttribute[] = [];
  const structure = new Set<Structure>();
  const truncation = new Set<'l' | 'r' | 'b' | 'z' | 'x' | 'n'>();
  let order: Qualifier['order'] = 'none';
  let omitsEquals = false;
  for (const word of words) {
    const match = /^(?:([^,=]+),)?([a-z]|[0-9]{1,9})=(.+)$/.exec(word);
    const type = match === null ? undefined : (typeNumbers[match[2] ?? ''] ?? Number(match[2]));
    if (match === null || type === undefined || Number.isNaN(type)) {
      throw new CclFieldsError(`“${word}” is no attribute (type=value).`, line);
    }
    const set = match[1] === undefined ? null : attributeSetOid(match[1]);
    if (match[1] !== undefined && set === null) {
      throw new CclFieldsError(`There is no attribute set “${match[1]}”.`, line);
    }
    for (const value of (match[3] ?? '').split(',')) {
      if (type === 4 && structures.has(value)) structure.add(value as Structure);
      else if (type === 5 && truncations.has(value)) truncation.add(value as 'l');
      else if (type === 2 && value === 'o') order = 'ordered';
      else if (type === 2 && value === 'r') order = 'range';
      else if (type === 2 && value === 'omiteq') omitsEquals = true;
      else
        attributes.push({ set, type, value: /^[0-9]{1,9}$/.test(value) ? Number(value) : value });
    }
  }
  return { attributes, structures: structure, truncation, order, omitsEquals };
}

/**
 * Several fields that hold at once, as in `ti,au=x` or `ti=(a or au=b)`: of attributes of one type,
 * structures and truncations the first field's count.
 */
export function combineQualifiers(qualifiers: readonly Qualifier[]): Qualifier {
  const attributes: RpnAttribute[] = [];
  for (const qualifier of qualifiers) {
    const types = new Set(attributes.map((attribute) => attribute.type));
    attributes.push(...qualifier.attributes.filter((attribute) => !types.has(attribute.type)));
  }
  return {
    attributes,
    structures: qualifiers.find((one) => one.structures.size > 0)?.structures ?? new Set(),
    truncation: qualifiers.find((one) => one.truncation.size > 0)?.truncation ?? new Set(),
    order: qualifiers.find((one) => one.order !== 'none')?.order ?? 'none',
    omitsEquals: qualifiers.some((one) => one.omitsEquals),
  };
}
