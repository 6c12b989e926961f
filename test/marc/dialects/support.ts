import { toBibRecord } from '../../../src/marc/dialects/index.ts';
import type { BibRecord } from '../../../src/marc/record.ts';
import type { DataField, Dialect, Field, MarcRecord } from '../../../src/marc/types.ts';

/**
 * A record from lines as cataloguers write them: `200 1  $a化学$f张三编`, tag, indicators, then
 * subfields; 00x and letters without `$` are control fields. The first line may be a leader.
 */
export function marc(text: string, leader = '00000nam0 2200000   450 '): MarcRecord {
  const lines = text.split('\n').map((line) => line.replace(/^\s+/, ''));
  return { leader, fields: lines.filter((line) => line !== '').map(field) };
}

export const marc21Leader = '00000nam a2200000 a 4500';

function field(line: string): Field {
  const tag = line.slice(0, 3);
  const dollar = line.indexOf('$');
  if (dollar < 0) return { tag, value: line.slice(4) };
  const head = line.slice(3, dollar).replace(/^ /, '').padEnd(2, ' ');
  const subfields = line
    .slice(dollar + 1)
    .split('$')
    .map((part) => ({ code: part.charAt(0), value: part.slice(1) }));
  return { tag, ind1: head.charAt(0), ind2: head.charAt(1), subfields } satisfies DataField;
}

/** The record read as CNMARC. */
export function cnmarc(text: string, dialect: Dialect | 'auto' = 'cnmarc'): BibRecord {
  return toBibRecord(marc(text), { dialect });
}

/** The record read as MARC 21. */
export function marc21(text: string, dialect: Dialect | 'auto' = 'marc21'): BibRecord {
  return toBibRecord(marc(text, marc21Leader), { dialect });
}
