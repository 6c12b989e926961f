import type { BibRecord } from '../../../marc/record.ts';
import { foldForMatching } from '../../../marc/text.ts';

/** Who published the edition, and where. */
export interface PublisherFeature {
  /** Words that tell publishers apart; of a Chinese one, its name without 出版社. */
  readonly words: readonly string[];
  /** All letters, for abbreviations (GPO). */
  readonly letters: string;
  readonly han: boolean;
  readonly place: string;
}

export type PublisherLevel =
  | 'same'
  | 'unknown'
  /** Names that share no telling word; one publisher's names vary much in Latin script. */
  | 'different'
  /** And the places differ too. */
  | 'elsewhere'
  /** Both are Chinese names, which vary little. */
  | 'surely-different';

const common = new Set(
  (
    'press pub publ publ publishing publishers publisher published publication publications printed printer ' +
    'printers print prnt printing printed by for the of and in at und et de la le du co company cie comp inc ' +
    'incorporated ltd limited lim llc corp corporation gmbh kg ag sa srl spa sons son bros brothers verlag ' +
    'verlagsbuchhandlung editions edition editeur editorial ediciones editore edizioni edit librairie ' +
    'university univ universitat universidad universite academic house books book group international sn author authors ' +
    'us u s n y office off dept department distributed distributor sold agents sole etc chez impr imprimerie typ ' +
    'american branch service committee society institute college school national state association'
  ).split(' '),
);

/** What of a longer name is read. */
const maxName = 200;

const hanEnding =
  /(?:图书|音像|电子)?(?:出版社|出版公司|出版集团|出版|书局|书店|印书馆|书社|股份|有限|责任|公司|集团|社)+$/;

export function publisherOf(record: BibRecord): PublisherFeature {
  const place =
    record.place === null ? '' : placeOf(foldForMatching(record.place.slice(0, maxName)));
  if (record.publisher === null) return { words: [], letters: '', han: false, place };
  const folded = foldForMatching(record.publisher.slice(0, maxName));
  const han = /[\u3400-\u9fff]/.test(folded);
  if (han) {
    const name = folded.replaceAll(' ', '').replace(hanEnding, '');
    return { words: name === '' ? [] : [name], letters: '', han, place };
  }
  const all = folded.split(' ');
  const words = all.filter((word) => word.length > 1 && !common.has(word));
  const letters = all.join('');
  return { words, letters: letters.length <= 6 ? letters : initialsOf(all), han, place };
}

function initialsOf(words: readonly string[]): string {
  return words.map((word) => word[0] ?? '').join('');
}

/** The first word of the place: `new york` is `new`, which is enough to tell it from `london`. */
function placeOf(folded: string): string {
  const blank = folded.indexOf(' ');
  const first = blank < 0 ? folded : folded.slice(0, blank);
  return first.length < 2 || first === 'sl' || first === 'np' ? '' : first.replace(/市$/, '');
}

export function comparePublishers(a: PublisherFeature, b: PublisherFeature): PublisherLevel {
  if (a.words.length === 0 || b.words.length === 0 || a.han !== b.han) {
    const letters = a.letters.length >= 3 && a.letters === b.letters;
    return letters ? 'same' : 'unknown';
  }
  if (a.han ? sameHan(a.words[0] ?? '', b.words[0] ?? '') : sameLatin(a.words, b.words))
    return 'same';
  if (a.letters.length >= 3 && (a.letters.endsWith(b.letters) || b.letters.endsWith(a.letters))) {
    if (b.letters.length >= 3) return 'same';
  }
  if (a.han) return 'surely-different';
  return a.place !== '' && b.place !== '' && a.place !== b.place ? 'elsewhere' : 'different';
}

function sameHan(a: string, b: string): boolean {
  return a === b || (a.length >= 2 && b.length >= 2 && (a.includes(b) || b.includes(a)));
}

/** One telling word in common, or one that abbreviates the other (`govt`, `agric`). */
function sameLatin(a: readonly string[], b: readonly string[]): boolean {
  for (const one of a) {
    for (const two of b) {
      if (one === two) return true;
      if (one.length >= 4 && two.length >= 4 && (one.startsWith(two) || two.startsWith(one)))
        return true;
    }
  }
  return false;
}
