import type { BibRecord, Contributor } from '../../../marc/record.ts';
import { foldForMatching, hasHan } from '../../../marc/text.ts';
import { pinyinOf } from '../pinyin.ts';
import { hasDigit, isSlip } from '../slip.ts';

/** One name in the forms it can be compared in. */
export interface Name {
  readonly body: boolean;
  readonly primary: boolean;
  /** Simplified Han form without blanks, or empty. */
  readonly han: string;
  /** The Latin form, folded; empty where there is none. */
  readonly spelled: string;
  /** Its words, family name first where the record says which it is; see `latinOf`. */
  latin: readonly string[] | null;
  /** As the record has it. */
  readonly written: string;
  /** Whether the first word of `spelled` is known to be the family name. */
  readonly inverted: boolean;
}

/** Who is responsible, from the headings and from the statement on the title page. */
export interface NamesFeature {
  readonly names: readonly Name[];
  /** The statement of responsibility as the record has it; `statementOf` folds it. */
  readonly responsibility: string | null;
  /** Folded, blanks kept; made when the first comparison comes to it. */
  statement: string | null;
}

export type NamesLevel =
  /** A person is the same. */
  | 'same'
  /** A body is the same; bodies publish much, so this says less. */
  | 'same-body'
  /** A name of one stands in the statement of the other. */
  | 'in-statement'
  | 'unknown'
  | 'different';

const maxNames = 8;
/** What of a longer name or statement is read. */
const maxName = 120;
const maxStatement = 600;

export function namesOf(record: BibRecord): NamesFeature {
  const names: Name[] = [];
  for (const contributor of record.contributors) {
    if (names.length >= maxNames) break;
    const name = nameOf(contributor);
    if (name !== null) names.push(name);
  }
  if (names.length === 0) {
    for (const author of record.authors.slice(0, maxNames)) {
      const name = nameOf(creator(author));
      if (name !== null) names.push(name);
    }
  }
  return { names, responsibility: record.responsibility, statement: null };
}

function creator(name: string): Contributor {
  return { name, kind: 'person', role: null, pinyin: null, alternate: null, primary: true };
}

function statementOf(feature: NamesFeature): string {
  feature.statement ??=
    feature.responsibility === null
      ? ''
      : foldForMatching(feature.responsibility.slice(0, maxStatement));
  return feature.statement;
}

function nameOf(contributor: Contributor): Name | null {
  const written = contributor.name;
  const folded = foldForMatching(written.slice(0, maxName));
  if (folded === '') return null;
  const body = contributor.kind !== 'person';
  const { primary, pinyin } = contributor;
  const inverted = written.indexOf(',') > 0 || (pinyin?.includes(',') ?? false);
  const alternate =
    contributor.alternate === null ? '' : foldForMatching(contributor.alternate.slice(0, maxName));
  if (!hasHan(folded)) {
    const han = hasHan(alternate) ? hanNameOf(alternate) : '';
    return { body, primary, han, spelled: folded, latin: null, written, inverted };
  }
  const sounds = pinyin === null ? '' : foldForMatching(pinyin.slice(0, maxName));
  const spelled = sounds !== '' || hasHan(alternate) ? sounds : alternate;
  return { body, primary, han: hanNameOf(folded), spelled, latin: null, written, inverted };
}

const noWords: readonly string[] = [];

function latinOf(name: Name): readonly string[] {
  name.latin ??= wordsOf(name.spelled);
  return name.latin;
}

/** The word of a Latin name that tells most of it: the family name, where one can know. */
export function familyWord({ spelled, inverted }: Name): string | undefined {
  for (let start = 0, end = spelled.length; start < end; ) {
    const blank = inverted ? spelled.indexOf(' ', start) : spelled.lastIndexOf(' ', end - 1);
    const from = inverted ? start : blank + 1;
    const to = inverted && blank >= 0 ? Math.min(blank, end) : end;
    if (!hasDigit(spelled, from, to - from)) return spelled.slice(from, to);
    if (inverted) start = to + 1;
    else end = from - 1;
  }
  return undefined;
}

/** The words without a digit: years of life are no part of the name. */
function wordsOf(folded: string): readonly string[] {
  if (folded === '') return noWords;
  const words: string[] = [];
  for (let at = 0; at < folded.length; ) {
    const blank = folded.indexOf(' ', at);
    const end = blank < 0 ? folded.length : blank;
    if (!hasDigit(folded, at, end - at)) words.push(folded.slice(at, end));
    at = end + 1;
  }
  return words;
}

/** (美) and 清 before a name say where and when its bearer lived. */
function hanNameOf(folded: string): string {
  if (!folded.includes(' ')) return /[\u3400-\u9fff]/.test(folded) ? folded : '';
  const words = folded.split(' ').filter((word) => /[\u3400-\u9fff]/.test(word));
  const rest = words.length > 1 && (words[0] ?? '').length <= 2 ? words.slice(1) : words;
  return rest.join('');
}

export function compareNames(a: NamesFeature, b: NamesFeature): NamesLevel {
  let body = false;
  let lesser = false;
  for (const one of a.names) {
    for (const two of b.names) {
      if (!sameName(one, two)) continue;
      if (one.body || two.body) body = true;
      else if (one.primary || two.primary) return 'same';
      else lesser = true;
    }
  }
  const said = statementOf(a);
  const other = statementOf(b);
  if (stands(a.names, other) || stands(b.names, said)) return 'in-statement';
  if (said !== '' && said === other) return 'in-statement';
  if (body) return 'same-body';
  if (lesser) return 'in-statement';
  return bothNamePersons(a, b) ? 'different' : 'unknown';
}

function bothNamePersons(a: NamesFeature, b: NamesFeature): boolean {
  return a.names.some(isPerson) && b.names.some(isPerson);
}

function isPerson(name: Name): boolean {
  return !name.body;
}

function sameName(a: Name, b: Name): boolean {
  if (a.han !== '' && b.han !== '') return a.han === b.han;
  if (a.body || b.body) return a.body && b.body && sameBody(latinOf(a), latinOf(b));
  if (latinOf(a).length > 0 && latinOf(b).length > 0) return samePerson(a, b);
  if (a.han !== '') return isPinyinOf(latinOf(b), a.han);
  return b.han !== '' && isPinyinOf(latinOf(a), b.han);
}

/** `feng hong yan`, `fenghongyan`, `hongyan feng`; also the family name with initials (`h y feng`). */
function isPinyinOf(latin: readonly string[], han: string): boolean {
  if (latin.length === 0 || han.length < 2 || han.length > 4) return false;
  const syllables = pinyinOf(han, true);
  const written = latin.join('');
  const family = syllables[0] ?? '';
  const given = syllables.slice(1);
  if (written === family + given.join('') || written === given.join('') + family) return true;
  const initials = given.map((syllable) => syllable[0] ?? '').join('');
  return written === family + initials || written === initials + family;
}

/** Bodies are the same when most of their words are; divisions below may be left out. */
function sameBody(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 || b.length === 0) return false;
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  const common = few.filter((word) => word.length > 2 && many.includes(word)).length;
  const counted = few.filter((word) => word.length > 2).length;
  return counted > 0 && common >= counted * 0.7 && (common > 1 || counted === 1);
}

/** The family name must be there in both, and no given name or initial may contradict. */
function samePerson(a: Name, b: Name): boolean {
  const one = latinOf(a);
  const two = latinOf(b);
  const joined = one.join('');
  const other = two.join('');
  if (joined === other || rotated(one) === other || rotated(two) === joined) return true;
  const before = familyOf(a);
  if (before.length > 2 && before === familyOf(b)) {
    return givenNamesAgree(givenNames(a, before), givenNames(b, before));
  }
  const family = sharedFamily(a, b);
  if (family === null) return joined.length >= 9 && isSlip(joined, other);
  return givenNamesAgree(without(one, family[0]), without(two, family[1]));
}

/** All words before the comma, squeezed: `Dalla Valle, J.` is `dallavalle`. */
function familyOf(name: Name): string {
  const comma = name.written.indexOf(',');
  if (comma <= 0) return '';
  return foldForMatching(name.written.slice(0, Math.min(comma, maxName))).replaceAll(' ', '');
}

/** The words after those that make up the family name. */
function givenNames(name: Name, family: string): readonly string[] {
  let length = 0;
  return latinOf(name).filter((word) => {
    length += word.length;
    return length > family.length;
  });
}

/** `john abercrombie` as `abercrombiejohn`. */
function rotated(words: readonly string[]): string {
  return (words.at(-1) ?? '') + words.slice(0, -1).join('');
}

/** The family name as each of the two writes it, or null. */
function sharedFamily(a: Name, b: Name): readonly [string, string] | null {
  for (const one of familyCandidates(a)) {
    for (const two of familyCandidates(b)) {
      if (one === two || (one.length >= 6 && isSlip(one, two))) return [one, two];
    }
  }
  return null;
}

function familyCandidates(name: Name): readonly string[] {
  const words = latinOf(name).filter((word) => word.length > 1);
  if (words.length === 0) return [];
  if (name.inverted) return words.slice(0, 2);
  const last = words.at(-1) ?? '';
  return words.length === 1 ? [last] : [last, words[0] ?? ''];
}

function without(words: readonly string[], family: string): readonly string[] {
  const at = words.indexOf(family);
  return words.filter((_, i) => i !== at);
}

/** `J.`, `John` and nothing agree; `John` and `James` do not; `John` and `Jon` do. */
function givenNamesAgree(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 || b.length === 0) return true;
  for (const one of a) {
    for (const two of b) {
      if (one === two && one.length > 1) return true;
      if (one.length === 1 || two.length === 1) {
        if (one[0] === two[0]) return true;
      } else if (one.startsWith(two) || two.startsWith(one) || isSlip(one, two)) return true;
    }
  }
  return a.join('') === b.join('');
}

/** Whether a name's distinguishing word (or the whole Han name) stands in a statement. */
function stands(names: readonly Name[], statement: string): boolean {
  if (statement === '') return false;
  for (const name of names) {
    if (name.han.length >= 2 && statement.includes(name.han)) return true;
    if (name.body) {
      const words = latinOf(name).filter((word) => word.length > 3);
      if (words.length >= 2 && words.every((word) => holds(statement, word))) return true;
      continue;
    }
    const family = familyWord(name);
    if (family !== undefined && family.length > 2 && holds(statement, family)) return true;
  }
  return false;
}

function holds(statement: string, word: string): boolean {
  let at = statement.indexOf(word);
  while (at >= 0) {
    const after = statement[at + word.length];
    if ((at === 0 || statement[at - 1] === ' ') && (after === undefined || after === ' '))
      return true;
    at = statement.indexOf(word, at + 1);
  }
  return false;
}
