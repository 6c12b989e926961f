import fc from 'fast-check';
import t from 'tap';
import {
  foldedLetters,
  foldForMatching,
  foldWidth,
  hasHan,
  isHan,
  mayHoldFolded,
  stripNonSorting,
  toSimplified,
  toTraditional,
  withoutNonSortingWords,
} from '../../../src/marc/text.ts';

t.test('folds the spellings of one title to one text', async (t) => {
  const same: readonly (readonly string[])[] = [
    ['化学工程实验', '化學工程實驗', '《化学工程实验》', '　化学工程实验。'],
    ['计算机 ｃ＋＋ 程序设计', '計算機 C++ 程序設計', '计算机·C++—程序设计'],
    ['图书馆经济学', '図書館経済学', '圖書館經濟學'],
    ['说步黄录产户', '説歩黄録産戸', '說步黃錄產戶'],
    ['里面 里面', '裏面 裡面'],
    ['二〇〇八年', '二○○八年'],
    ['岂更车', '\uf900\uf901\uf902'],
    ['著作', '着作'],
    ['l’été à Øre', "L'ETE a ore", 'l\u02bce\u0301te\u0301 a\u0300 øre'],
    ["Xi'an", 'xian', 'Xi’an'],
    ['Straße', 'STRASSE'],
    ['ﬁnal Ⅲ ①', 'final III 1'],
    ['Tolstoĭ', 'Tolstoi', 'Tolstoi\u02b9'],
    ['カード', 'ｶｰﾄﾞ', 'カート\u3099'],
    ['The cat', '\u0098The \u009ccat', '\u0088The \u0089cat', 'the  cat\u00ad'],
  ];
  for (const spellings of same) {
    const folded = spellings.map(foldForMatching);
    t.strictSame(new Set(folded).size, 1, folded.join(' | '));
  }
});

t.test('keeps apart what are different words', async (t) => {
  const different: readonly (readonly [string, string])[] = [
    ['C++程序设计', 'C程序设计'],
    ['C#程序设计', 'C程序设计'],
    ['芸芸众生', '艺艺众生'],
    ['かき', 'がき'],
    ['हिन्दी', 'हन्द'],
    ['A+B', 'A++B'],
  ];
  for (const [a, b] of different) t.not(foldForMatching(a), foldForMatching(b), `${a} ${b}`);
});

t.test(
  'turns punctuation into single blanks and quotes between Han into nothing else',
  async (t) => {
    t.equal(foldForMatching('  “‘一带一路’战略”：A+B / c. '), '一带一路 战略 a b c');
    t.equal(foldForMatching('--- …… '), '');
    t.equal(foldForMatching(''), '');
    t.equal(foldForMatching('abc'), 'abc');
  },
);

t.test('folds a folded text to itself', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (value) => {
      const once = foldForMatching(value);
      return foldForMatching(once) === once;
    }),
    { numRuns: 1000 },
  );
});

t.test(
  'folds rare signs to themselves too: voice marks after parts, names before raised digits',
  async (t) => {
    const once = foldForMatching('\u{11099}\u{110ba}\u309b');
    t.equal(foldForMatching(once), once);
    const sign = foldForMatching('\u{1f100}#\u00b9');
    t.equal(foldForMatching(sign), sign);
  },
);

t.test('leaves only single blanks between words, whatever the text', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (value) => {
      const folded = foldForMatching(value);
      return (
        !/^ | $| {2}/.test(folded) && !/[\p{P}\p{Zs}\p{Cc}]/u.test(folded.replace(/[ #]/g, ''))
      );
    }),
    { numRuns: 1000 },
  );
});

t.test('folds a text longer than its buffer as it folds the parts', async (t) => {
  const part = 'Ångström 經濟ﬃ ';
  t.equal(foldForMatching(part.repeat(3000)), 'angstrom 经济ffi '.repeat(3000).trimEnd());
});

t.test('converts scripts by phrase before character', async (t) => {
  t.equal(toSimplified('乾隆年間臺灣爲後來的皇后'), '乾隆年间台湾为后来的皇后');
  t.equal(toSimplified('一目瞭然 ABC'), '一目了然 ABC');
  t.equal(toSimplified('化学工程'), '化学工程');
  t.equal(
    toTraditional('干部 干燥 皇后 后来 历史 日历 头发 发展'),
    '幹部 乾燥 皇后 後來 歷史 日曆 頭髮 發展',
  );
  t.equal(toTraditional('海内存知己'), '海內存知己');
  t.equal(toTraditional('plain'), 'plain');
});

t.test('narrows full-width ASCII and nothing else', async (t) => {
  t.equal(foldWidth('ＡＢＣ　１２３－４（五）、'), 'ABC 123-4(五)、');
  t.equal(foldWidth('abc'), 'abc');
});

t.test('keeps non-sorting words in the text and out of the sort key', async (t) => {
  const marked = [
    '\u0098Les \u009cmisérables',
    '\u0088Les \u0089misérables',
    '<NSB>Les <NSE>misérables',
  ];
  for (const text of marked) {
    t.equal(stripNonSorting(text), 'Les misérables');
    t.equal(withoutNonSortingWords(text), 'misérables');
  }
  t.equal(withoutNonSortingWords('\u0098Les\u009c'), 'Les');
  t.equal(stripNonSorting('\u0098unclosed'), 'unclosed');
});

t.test('knows Han from the rest', async (t) => {
  for (const character of '汉㐀々〇𠮷豈') t.ok(isHan(character.codePointAt(0) ?? 0), character);
  for (const character of 'aéあハ한、１') t.notOk(isHan(character.codePointAt(0) ?? 0), character);
  t.ok(hasHan('C语言'));
  t.ok(hasHan('𠮷'));
  t.notOk(hasHan('Les misérables カード 😀'));
});

t.test('tells without folding that a text does not hold a folded word', async (t) => {
  const letters = fc.constantFrom(..."aAbBüÜøæéł'’`-. +#一亂乱學学ｶﾞﾊＡ①\u0301\u0088ß𠀀Ⅱ");
  const text = fc.array(letters, { maxLength: 12 }).map((list) => list.join(''));
  fc.assert(
    fc.property(text, text, text, (before, written, after) => {
      const whole = before + written + after;
      const folded = foldForMatching(whole);
      for (const word of [...foldForMatching(written).split(' '), ...folded.split(' ')]) {
        if (!folded.includes(word)) continue;
        if (!mayHoldFolded(whole, word)) return false;
        const letters = Math.max(0, foldedLetters(word));
        if ((foldedLetters(whole) & letters) !== letters) return false;
      }
      return true;
    }),
    { numRuns: 2000 },
  );
  for (const [whole, word] of [
    ['Jazz harmony 12', 'rhythm'],
    ['Éditions du Fleuve', 'jazz'],
    ['化學工程', '实验'],
    ['爵士乐 12', 'jazz'],
    ['', 'a'],
  ] as const) {
    t.notOk(mayHoldFolded(whole, word), `${word} in ${whole}`);
  }
  t.equal(foldedLetters('Éà 12') & foldedLetters('b'), 0);
  t.not(foldedLetters('化学 12'), foldedLetters('12'));
  for (const [whole, word] of [
    ['JAZZ', 'jazz'],
    ['Édition', 'edition'],
    ['化學', '化学'],
    ["Xi'an", 'xian'],
  ] as const) {
    t.ok(mayHoldFolded(whole, word), `${word} in ${whole}`);
  }
});
