import { readFileSync } from 'node:fs';
import t from 'tap';
import { findLibraries } from '../../../src/members/find.ts';
import { corpus, withoutCorpus } from '../../support/requirements.ts';
import { directoryOf, named } from './directory.ts';

/**
 * What cannot lead to the library within the first three lines, since it begins the initials of
 * others, or is one error away from those of at least three others as well.
 */
const tooCommon: Readonly<Record<string, string>> = {
  北京大学: 'bjjdx bjgdx bjldx bjydx bjx bjdi',
  北京交通大学: 'bjltdx',
  北京工业大学: 'bjlydx bjyydx',
  北京理工大学: 'bjygdx',
  北京科技大学: 'bjljdx',
  北方工业大学: 'bjgydx',
  北京化工大学: 'bjggdx bjjgdx bjlgdx bjygdx bjgdx',
  北京工商大学: 'bjlsdx bjsgdx bjgydx',
  北京邮电大学: 'bjlddx',
  北京建筑大学: 'bjlzdx',
  北京农学院: 'bjdxy',
  北京林业大学: 'bjgydx bjjydx bjyydx bjydx',
  北京师范大学: 'bjlfdx',
  北京外国语大学: 'bjlgydx',
  北京语言大学: 'bjdydx bjgydx bjhydx bjjydx bjkydx bjlydx bjsydx bjtydx bjwydx bjzydx',
  北京物资学院: 'bjjzxy',
  北京体育大学: `${swapped('bj-ydx', 'abcdefghijklmnopqrsuvwxyz')} bjydx bjytdx`,
  中央美术学院: 'zyjsxy',
  北京联合大学: 'bjghdx',
  北京城市学院: 'bjjsxy bjwsxy',
  北京经贸职业学院: 'bjwmzyxy',
  北京科技职业学院: 'bjwjzyxy',
  北京体育职业学院: 'bjwyzyxy',
};

/** The pattern with each of the letters in place of the hyphen. */
function swapped(pattern: string, places: string): string {
  return [...places].map((letter) => pattern.replace('-', letter)).join(' ');
}

interface Institution {
  readonly name: string;
  readonly initials: string;
  readonly pinyin: string;
  /** Whole syllables and initials mixed, from the beginning: `bjyoudian`. */
  readonly mixed: RegExp;
}

const skip = withoutCorpus();
const institutions: readonly Institution[] = skip
  ? []
  : readTable('beijing_pinyin_derived.csv').map(([name = '', initials = '', pinyin = '']) => ({
      name,
      initials: initials.toLowerCase(),
      pinyin: pinyin.replaceAll('ü', 'v').replace(/[^a-z]/g, ''),
      mixed: mixedPattern(pinyin.replaceAll('ü', 'v').match(/[a-z]+/g) ?? []),
    }));

function mixedPattern(syllables: readonly string[]): RegExp {
  const pattern = syllables.reduceRight((rest, syllable) => {
    const beginnings = [...syllable].map((_, at) => `${syllable.slice(0, at + 1)}$`);
    const initial = /^[zcs]h|^./.exec(syllable)?.[0] ?? '';
    return `(?:${[...beginnings, syllable, initial, initial.slice(0, 1)].join('|')})(?:${rest})?`;
  }, '');
  return new RegExp(`^${pattern}$`);
}

function readTable(file: string): readonly (readonly string[])[] {
  const text = readFileSync(corpus('beijing', file), 'utf8').replace(/^\ufeff/, '');
  const lines = text.trim().split('\n').slice(1);
  // One name has a line end, written out, in the middle.
  return lines.map((line) => line.replace(/ \\ n |\\n/gi, '').split(','));
}

function findersOf(names: readonly string[]) {
  const entries = directoryOf(named(...names)).list();
  return (typed: string) =>
    findLibraries(entries, typed).map(({ library }) => Number(/\d+/.exec(library.id)?.[0]));
}

const names = institutions.map(({ name }) => name);

t.test('each of the 92 stands first for its name, pinyin and initials', { skip }, async (t) => {
  t.equal(institutions.length, 92);
  for (const ending of ['', '图书馆']) {
    const find = findersOf(names.map((name) => name + ending));
    institutions.forEach(({ name, initials, pinyin }, at) => {
      const typed = [name, `${name}图书馆`, initials, initials.toUpperCase(), pinyin];
      const wrong = typed.slice(ending === '' ? 2 : 0).filter((one) => find(one)[0] !== at);
      t.same(wrong, [], name + ending);
    });
  }
});

t.test('each is found by every form that somebody printed', { skip }, async (t) => {
  const find = findersOf(names);
  const first = (typed: string) => names[find(typed)[0] ?? -1];
  for (const typed of ['bjyddx', 'bjydx', 'BJYDXX']) t.equal(first(typed), '北京邮电大学', typed);
  const forms: [string, string][] = [
    ...readTable('beijing_higher_education_moe.csv').flatMap(formsIn(6)),
    ...readTable('beijing_postgraduate_units_pinyin.csv').flatMap(formsIn(1)),
  ];
  t.ok(forms.length >= 90, `${forms.length} forms`);
  for (const [name, typed] of forms) {
    const at = names.findIndex((one) => plain(one) === plain(name));
    if (at >= 0) t.equal(names[find(typed)[0] ?? -1], names[at], `${name} ${typed}`);
  }
});

const plain = (name: string) => name.normalize('NFKC');

/** Name with initials and with pinyin, from the columns at and behind the given one. */
function formsIn(column: number) {
  return (row: readonly string[]): [string, string][] =>
    [row[column], row[column + 1]]
      .filter((form) => form?.trim())
      .map((form) => [row[0] ?? '', form ?? '']);
}

t.test('one typing error in the pinyin leads to the institution', { skip }, async (t) => {
  const find = findersOf(names);
  institutions.forEach((institution, at) => {
    const places = errorsIn(institution.pinyin).map((typed) => find(typed).indexOf(at));
    const missed = places.filter((place) => place < 0 || place > 2).length;
    const first = places.filter((place) => place === 0).length;
    t.equal(missed, 0, `${institution.name}: among the first three`);
    t.ok(
      first / places.length > 0.97,
      `${institution.name}: first for ${first} of ${places.length}`,
    );
  });
});

t.test(
  'so does one in the initials, where they tell it from others at all',
  { skip },
  async (t) => {
    const find = findersOf(names);
    const beyondThree = new Map<string, string[]>();
    institutions.forEach((institution, at) => {
      for (const typed of errorsIn(institution.initials)) {
        const found = find(typed);
        const place = found.indexOf(at);
        // Only what was typed just as rightly, or just as wrongly, may stand before it.
        const before = found.slice(0, Math.max(0, place)).map((rival) => institutions[rival]);
        const worse = before.filter((rival) => rival && errors(rival, typed) > 1);
        if (place < 0 || worse.length > 0) t.fail(`${institution.name} by ${typed}`, { worse });
        if (place > 2) {
          beyondThree.set(institution.name, [...(beyondThree.get(institution.name) ?? []), typed]);
        }
      }
    });
    const listed = Object.fromEntries(
      [...beyondThree].map(([name, typed]) => [name, typed.join(' ')]),
    );
    t.same(listed, tooCommon);
  },
);

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** Every text that is one insertion, deletion, replacement or swap away. */
function errorsIn(text: string): readonly string[] {
  const wrong = new Set<string>();
  for (let at = 0; at <= text.length; at++) {
    const [before, after] = [text.slice(0, at), text.slice(at)];
    for (const letter of letters) {
      wrong.add(before + letter + after);
      if (after !== '') wrong.add(before + letter + after.slice(1));
    }
    if (after !== '') wrong.add(before + after.slice(1));
    if (after.length > 1) wrong.add(before + after[1] + after[0] + after.slice(2));
  }
  wrong.delete(text);
  return [...wrong];
}

/** 0 where it was typed rightly, 1 where one error away from the whole, else 2. */
function errors({ initials, pinyin, mixed }: Institution, typed: string): number {
  if (mixed.test(typed)) return 0;
  if (initials.includes(typed) || pinyin.includes(typed)) return 0;
  return errorsIn(typed).includes(initials) || errorsIn(typed).includes(pinyin) ? 1 : 2;
}
