import { encodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import type { DataField, Field, MarcRecord, RecordCharset } from '../../src/marc/types.ts';

const LATIN =
  'chimie générale étude société française Zürich Ångström naïve façade élève über Größe señor ' +
  'history of the chemical industry in northern regions with notes and index introduction theory';
const CHINESE =
  '化学工程实验基础理论研究中国大学教材历史文化艺术经济管理哲学语言文学小说选集分析方法应用技术设计原理';

/** Records about as long and as varied as those of real catalogues: 25 fields, 1 kB, none like another. */
export function records(
  count: number,
  language: 'latin' | 'chinese',
  random: () => number,
): MarcRecord[] {
  return Array.from({ length: count }, (_, n) => recordOf(n, language, random));
}

export function fileOf(made: readonly MarcRecord[], charset: RecordCharset): Buffer {
  return Buffer.concat(made.map((record) => encodeIso2709(record, charset)));
}

function recordOf(number: number, language: 'latin' | 'chinese', random: () => number): MarcRecord {
  const words = LATIN.split(' ');
  const text = (length: number) =>
    language === 'latin'
      ? Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(' ')
      : Array.from(
          { length: length * 3 },
          () => CHINESE[Math.floor(random() * CHINESE.length)],
        ).join('');
  const field = (tag: string, ...values: string[]): DataField => ({
    tag,
    ind1: '1',
    ind2: ' ',
    subfields: values.map((value, n) => ({ code: 'abcdef'[n] ?? 'z', value })),
  });
  const year = 1900 + (number % 125);
  const fields: Field[] = [
    { tag: '001', value: `bench${number}` },
    { tag: '005', value: '20260101000000.0' },
    { tag: '008', value: `260101s${year}    xx            000 0 chi d` },
    field('020', `97873${number}`),
    ...['040', '050', '082'].map((tag) => field(tag, `TQ${number % 90}`, String(year))),
    field('245', text(5), text(7), text(4)),
    field('250', text(1)),
    field('260', text(1), text(3), String(year)),
    field('300', `${number % 700} p.`, 'ill.', '26 cm'),
    field('490', text(3), String(number % 40)),
    ...['500', '504', '505', '520'].map((tag) => field(tag, text(9))),
    ...['650', '650', '651', '653'].map((tag) => field(tag, text(2), text(1))),
    ...['700', '700', '710'].map((tag) => field(tag, text(2), `${year - 40}-`)),
    field('830', text(3)),
    field('852', 'Demo', 'Main', `TQ${number % 90}/${number}`),
  ];
  return { leader: '00000nam a2200000 i 4500', fields };
}
