import { QuerySyntaxError } from '../errors.ts';
import type { Query, SortKey } from '../types.ts';
import { positionOf } from './parser.ts';

/** What SRU 1.1 calls the values that go where a record has none. */
const missingValues: Readonly<Record<string, string>> = {
  missingomit: 'omit',
  missingfail: 'abort',
  missinglow: 'lowValue',
  missinghigh: 'highValue',
};

/**
 * The `sortby` part as the sortKeys parameter of SRU 1.1: `path,schema,ascending,caseSensitive,missing`
 * for each key. Empty without one. Of modifiers that contradict each other the first counts.
 */
export function sortKeysOf(query: Query): string {
  return query.sort.map(sortKey).join(' ');
}

function sortKey(key: SortKey): string {
  const dot = key.index.indexOf('.');
  const schema = dot === -1 ? '' : key.index.slice(0, dot);
  let ascending = '1';
  let isCaseSensitive = '0';
  let missing = 'highValue';
  for (const modifier of key.modifiers.toReversed()) {
    const name = modifier.name.replace(/^sort\./, '');
    const found = Object.hasOwn(missingValues, name) ? missingValues[name] : undefined;
    if (name === 'ascending') ascending = '1';
    else if (name === 'descending') ascending = '0';
    else if (name === 'respectcase') isCaseSensitive = '1';
    else if (name === 'ignorecase') isCaseSensitive = '0';
    else if (found !== undefined) missing = found;
    else if (name === 'missingvalue' && modifier.value !== null) missing = constant(modifier.value);
    else {
      const reason = `The sort modifier ${modifier.name} cannot be said in SRU 1.1.`;
      throw new QuerySyntaxError(reason, positionOf(key) ?? 0, 83);
    }
  }
  return [word(key.index.slice(dot + 1)), word(schema), ascending, isCaseSensitive, missing].join(
    ',',
  );
}

/** Keys are parted by blanks and their parts by commas, which a name cannot hold. */
function word(text: string): string {
  return text.replace(/[\s,"]+/g, '_');
}

function constant(text: string): string {
  return `"${text.replace(/[\s,"\\]+/g, '_')}"`;
}
