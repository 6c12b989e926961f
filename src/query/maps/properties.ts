/**
 * Maps of CQL onto Z39.50 attributes in the properties format that YAZ and its servers use
 * (`index.dc.title = 1=4`), so that a library's existing map file can be read as it is.
 */

/** One attribute of an entry; `value` may be `*`, which stands for the name that was looked up. */
export interface MappedAttribute {
  readonly set: string | null;
  readonly type: string;
  readonly value: string;
}

export interface AttributeMap {
  /** Entries in the order of the file; the first that fits counts. */
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  /** `index.dc.title`, as written. */
  readonly key: string;
  readonly value: string;
  readonly attributes: readonly MappedAttribute[];
}

/** A line of a map file that says nothing. */
export class AttributeMapError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.name = 'AttributeMapError';
    this.line = line;
  }
}

const maxLines = 10_000;

/** Reads a map file. Throws AttributeMapError at the first line that is neither entry nor comment. */
export function parseAttributeMap(text: string): AttributeMap {
  const entries: MapEntry[] = [];
  const lines = text.split('\n');
  if (lines.length > maxLines) throw new AttributeMapError('The map is too long.', maxLines);
  for (const [at, line] of lines.entries()) {
    const content = line.replace(/(^|\s)#.*$/, '').trim();
    if (content === '') continue;
    const equals = content.indexOf('=');
    const key = content.slice(0, equals).trim();
    if (equals === -1 || key === '' || /\s/.test(key)) {
      throw new AttributeMapError(`“${content}” is no entry (name = attributes).`, at + 1);
    }
    const value = content.slice(equals + 1).trim();
    entries.push({ key, value, attributes: readAttributes(key, value, at + 1) });
  }
  return { entries };
}

function readAttributes(key: string, value: string, line: number): readonly MappedAttribute[] {
  if (key === 'set' || key.startsWith('set.')) return [];
  const attributes: MappedAttribute[] = [];
  let set: string | null = null;
  for (const word of value.split(/\s+/).filter(Boolean)) {
    const pair = /^([^=]+)=(.+)$/.exec(word);
    if (pair !== null) {
      attributes.push({ set, type: pair[1] ?? '', value: pair[2] ?? '' });
      set = null;
    } else if (set === null) {
      set = word;
    } else {
      throw new AttributeMapError(`“${word}” is no attribute (type=value).`, line);
    }
  }
  if (set !== null) throw new AttributeMapError(`“${set}” is no attribute (type=value).`, line);
  return attributes;
}

/** The entry with this key, whatever its case. */
export function findEntry(map: AttributeMap, key: string): MapEntry | undefined {
  const wanted = key.toLowerCase();
  return map.entries.find((entry) => entry.key.toLowerCase() === wanted);
}

/** The name the map gives to a context set's identifier. */
export function setNameOf(map: AttributeMap, uri: string): string | undefined {
  const entry = map.entries.find((one) => one.key.startsWith('set.') && one.value === uri);
  return entry?.key.slice('set.'.length);
}

/** The identifier behind a prefix; null asks for the set of names without one. */
export function setIdentifier(map: AttributeMap, prefix: string | null): string | undefined {
  return findEntry(map, prefix === null ? 'set' : `set.${prefix}`)?.value;
}
