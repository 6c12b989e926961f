import { foldForMatching } from '../../../marc/text.ts';
import { hanNumeral, numberWord, parseNumeral } from '../numerals.ts';

/** Which edition a record says it describes. */
export interface EditionFeature {
  /** 2 for 第2版, 2nd ed., 2. Aufl.; null when no number is given. */
  readonly number: number | null;
  /** Revised, enlarged, new: words that say it is not the first edition. */
  readonly revised: boolean;
  /** Readers it was made for or the form it has: large print, 学生版, 影印版. */
  readonly kinds: readonly string[];
  /** The whole statement, squeezed. */
  readonly text: string;
  /** The statement is a number and nothing else, so that two with other numbers are never one edition. */
  readonly plain: boolean;
}

export type EditionLevel =
  | 'none'
  | 'same'
  /** One record says nothing, or only `first edition`. */
  | 'unsaid'
  /** One record says a later edition and the other says nothing. */
  | 'one-sided'
  /** One is for other readers or of another making: large print, 学生版, 影印版. */
  | 'other-kind'
  /** Statements that name no comparable number and are not equal. */
  | 'unclear'
  | 'different';

const none: EditionFeature = { number: null, revised: false, kinds: [], text: '', plain: false };

const hanEdition = new RegExp(
  `第? ?(\\d{1,3}|${hanNumeral}) ?(?:次)?(?:修订|增订|全新)?(?:版|版次)`,
  'u',
);
const latinEdition = new RegExp(
  `(?<![\\p{L}\\p{N}])(\\d{1,3}(?:st|nd|rd|th|d|e|a|o|eme|η)?|${numberWord})(?: [\\p{L}]+){0,4}? (?:editions?|edn?|eds?|aufl|auflage|ausg|ausgabe|edicion|edizione|edicao|izd|uppl|utgave|udg|painos|kiad|wyd|vyd|изд|издание|вид|εκδ|εκδοση|판)(?![\\p{L}\\p{N}])`,
  'u',
);
const editionBefore =
  /(?<![\p{L}\p{N}])(?:edition|ed|ausgabe|auflage|version|版) (\d{1,3})(?![\p{L}\p{N}])/u;

const revisedWords =
  /修订|增订|增补|修正|新版|全新|新订|改订|校订|重订|(?<![a-z])(?:rev|revised|enl|enlarged|corr|corrected|new|updated|expanded|augm|augmented|neubearb|uberarb|erw|verb|revue|augmentee|nouvelle|neue)(?![a-z])/;

const kinds: readonly (readonly [string, RegExp])[] = [
  ['large-print', /large print|large type|大字/],
  ['teacher', /teachers|instructors|教师用|教师版|教师用书/],
  ['student', /students? ed|student version|学生用|学生版|学生用书/],
  ['international', /international|国际版/],
  ['facsimile', /facsim|影印|复制版/],
  ['abridged', /(?<!un)abridged|缩编|缩写|节选|简编|精简版|简明版/],
  ['pocket', /pocket|袖珍|口袋/],
  ['illustrated', /extra illus|图文版|彩图/],
  ['bilingual', /bilingual|双语|对照版/],
  ['english', /英文版|英语版/],
  ['young', /少儿版|青少年版|儿童版|young readers/],
  ['trial', /试用|试行|preliminary|draft|prelim/],
];

/** A number and nothing else, as most statements are: no other expression need be tried on them. */
const plainEdition = new RegExp(`^第?(\\d{1,2}|${hanNumeral})版$`, 'u');
const plainLatinEdition = /^(\d{1,2}(?:st|nd|rd|th)?) (?:ed|edn|edition|aufl|auflage)$/;
const noKinds: readonly string[] = [];

/** `statement` is the record's edition; the places it may hold are volume.ts's concern. */
export function editionOf(statement: string | null): EditionFeature {
  if (statement === null || statement === '') return none;
  const folded = foldForMatching(statement);
  if (folded === '') return none;
  const plain = plainEdition.exec(folded);
  if (plain !== null) {
    const number = parseNumeral(plain[1] ?? '');
    return { number, revised: false, kinds: noKinds, text: folded, plain: true };
  }
  const latin = plainLatinEdition.exec(folded);
  if (latin !== null) {
    const number = parseNumeral(latin[1] ?? '');
    return { number, revised: false, kinds: noKinds, text: folded.replace(' ', ''), plain: true };
  }
  const match = hanEdition.exec(folded) ?? latinEdition.exec(folded) ?? editionBefore.exec(folded);
  let number = match?.[1] === undefined ? null : parseNumeral(match[1]);
  // A bare number is an edition number in this field (210 $a 2).
  if (number === null && /^\d{1,2}$/.test(folded)) number = Number(folded);
  const found = kinds.flatMap(([kind, pattern]) => (pattern.test(folded) ? [kind] : []));
  return {
    number: number === null || number > 200 ? null : number,
    revised: revisedWords.test(folded),
    kinds: found,
    text: folded.replaceAll(' ', ''),
    plain: false,
  };
}

/** Numbers decide; then the kinds of edition; then the words. */
export function compareEditions(a: EditionFeature, b: EditionFeature): EditionLevel {
  if (a === none && b === none) return 'none';
  if (a.text === b.text) return 'same';
  if (a.number !== null && b.number !== null && a.number !== b.number) return 'different';
  const one = a === none || b === none;
  if (a.kinds.length !== b.kinds.length || a.kinds.some((kind, i) => kind !== b.kinds[i])) {
    return 'other-kind';
  }
  if (a.number !== null && b.number !== null) return 'same';
  const later = (edition: EditionFeature) => (edition.number ?? 1) > 1 || edition.revised;
  if (one) return later(a) || later(b) ? 'one-sided' : 'unsaid';
  if (later(a) !== later(b)) return a.number === 1 || b.number === 1 ? 'different' : 'one-sided';
  return later(a) ? 'unclear' : 'unsaid';
}
