import { hasHan } from '../text.ts';
import type { Dialect, MarcRecord } from '../types.ts';
import { type FieldView, type RecordView, viewOf } from './view.ts';

export type MarcDialect = 'marc21' | 'cnmarc' | 'unimarc';

/**
 * The dialect a record is written in, told by its fields, because leaders and library lists lie: MARC
 * 21 has its title in 245, UNIMARC in 200; what UNIMARC is of China is CNMARC.
 */
export function detectDialect(marc: MarcRecord): MarcDialect {
  const view = viewOf(marc);
  const dialect = dialectOf(view);
  view.subfields.forget();
  return dialect;
}

function dialectOf(marc: RecordView): MarcDialect {
  return isUnimarc(marc) ? unimarcKind(marc) : 'marc21';
}

/**
 * The dialect to read a record by. A library's word is taken as long as the record can be of that
 * family: Chinese libraries keep CNMARC and MARC 21 records in one database.
 */
export function usedDialect(marc: RecordView, said: Dialect | 'auto'): MarcDialect {
  if (said !== 'marc21' && said !== 'cnmarc' && said !== 'unimarc') return dialectOf(marc);
  const titles = titleFields(marc);
  if (said === 'marc21') {
    return titles.unimarc && !titles.marc21 ? unimarcKind(marc) : said;
  }
  return titles.marc21 && !titles.unimarc ? 'marc21' : said;
}

function titleFields(marc: RecordView): { readonly marc21: boolean; readonly unimarc: boolean } {
  let marc21 = false;
  let unimarc = false;
  for (const { number } of marc.fields) {
    if (number === 245) marc21 = true;
    else if (number === 200) unimarc = true;
  }
  return { marc21, unimarc };
}

/** Tags that one family has and the other has not, or uses for something seldom met. */
const unimarcTags: ReadonlySet<string> = new Set(
  '010 011 101 102 105 106 205 210 215 225 606 675 676 680 690 701 702 712 801'.split(' '),
);
const marc21Tags: ReadonlySet<string> = new Set(
  '008 020 022 040 043 050 082 110 111 240 246 250 260 264 300 440 490 504 520 650 651 655'.split(
    ' ',
  ),
);

function isUnimarc(marc: RecordView): boolean {
  const titles = titleFields(marc);
  if (titles.marc21 !== titles.unimarc) return titles.unimarc;
  let balance = 0;
  for (const { tag } of marc.fields) {
    if (unimarcTags.has(tag)) balance++;
    else if (marc21Tags.has(tag)) balance--;
  }
  return balance > 0;
}

/** Chinese in language (101), country (102), source (801) or title, or a Chinese local field. */
function unimarcKind(marc: RecordView): 'cnmarc' | 'unimarc' {
  for (const field of marc.fields) {
    if (field.isControl) continue;
    switch (field.tag) {
      case '101':
        if (/^(?:chi|zho)/i.test(valueIn(field, 'a'))) return 'cnmarc';
        break;
      case '102':
      case '801':
        if (/^CN$/i.test(valueIn(field, 'a').trim())) return 'cnmarc';
        break;
      case '200':
        if (isChinese(valueIn(field, 'a'))) return 'cnmarc';
        break;
      case '905':
        return 'cnmarc';
    }
  }
  return 'unimarc';
}

function isChinese(title: string): boolean {
  return hasHan(title) && !/[\u3040-\u30ff]/.test(title);
}

function valueIn(field: FieldView, wanted: string): string {
  for (let at = field.first; at < field.end; at++) {
    if (field.code(at) === wanted) return field.value(at);
  }
  return '';
}
