import { pinyin } from 'pinyin-pro';
import { cell, list, readTable } from '../tsv.ts';
import type { FactPerson } from '../types.ts';
import type { Chance } from './random.ts';
import type { Work } from './works.ts';

const foreigners = [
  '马洛',
  '蒂斯代尔',
  '霍洛韦',
  '林奎斯特',
  '奥康乔',
  '贝克隆',
  '德拉库尔',
  '施泰因霍夫',
];
const countries = ['美', '英', '德', '法', '加'];

/** Invents Chinese names from lists of common surnames and given names. */
export function createNames(chance: Chance): () => string {
  const [row] = readTable('source/people.tsv');
  if (row === undefined) throw new Error('no names');
  const surnames = list(cell(row, 'surnames'), ' ');
  const given = list(cell(row, 'given'), ' ');
  return () => chance.pick(surnames) + chance.pick(given);
}

/** The people of one Chinese work: authors or editors, or an author and a translator. */
export function inventPeople(work: Work, chance: Chance, name: () => string): FactPerson[] {
  if (work.people.length > 0) return work.people.map((person) => foreign(person));
  if (chance.happens(0.06)) {
    const author: FactPerson = {
      name: chance.pick(foreigners),
      role: '著',
      pinyin: '',
      country: chance.pick(countries),
    };
    return [author, chinese(name(), '译')];
  }
  const role = roleFor(work.title, chance);
  const count = 1 + chance.below(3);
  const names = new Set<string>();
  while (names.size < count) names.add(name());
  return [...names].map((one) => chinese(one, role));
}

function roleFor(title: string, chance: Chance): string {
  if (/(手册|全书|词典|词汇)$/.test(title)) return '主编';
  if (/(曲选|作品选)$/.test(title)) return '选编';
  return chance.pick(['著', '主编', '主编', '编著', '编']);
}

function chinese(name: string, role: string): FactPerson {
  return { name, role, pinyin: namePinyin(name), country: '' };
}

function foreign(name: string): FactPerson {
  return { name, role: '', pinyin: '', country: '' };
}

/** `Feng Hongyan`: surname first, each part with a capital. */
function namePinyin(name: string): string {
  const syllables = pinyin(name, { toneType: 'none', type: 'array', surname: 'head' });
  const surnameLength = /^(欧阳|司徒|上官)/.test(name) ? 2 : 1;
  const parts = [syllables.slice(0, surnameLength), syllables.slice(surnameLength)];
  return parts.map((part) => capital(part.join(''))).join(' ');
}

/** Pinyin of a title, a blank between syllables; letters and digits stay as they are. */
export function titlePinyin(title: string): string {
  return pinyin(title, { toneType: 'none', nonZh: 'consecutive', v: true })
    .replace(/[《》“”、，：]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
