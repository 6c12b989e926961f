import type { Fact } from '../types.ts';
import { type Draft, expand } from './editions.ts';
import { createHolders } from './holders.ts';
import { createNames } from './people.ts';
import { type PublisherChoice, readPublishers } from './publishers.ts';
import { createChance } from './random.ts';
import { readWorks } from './works.ts';

const seed = 20141120;

/** Makes the whole table from the source tables; the same every time. */
export function makeFacts(): Fact[] {
  const chance = createChance(seed);
  const publishers = readPublishers();
  let counter = 0;
  const number = (): number => {
    counter += 1;
    return counter;
  };
  const makers = { chance, name: createNames(chance), publishers, number };
  const works = chance.shuffle(readWorks(chance)).map((work) => expand(work, makers));
  const ordered = works.flatMap((drafts, at) =>
    drafts.map((draft) => ({ ...draft, work: `w${String(at + 1).padStart(4, '0')}` })),
  );
  const holders = createHolders(ordered, chance);
  const isbnOf = createIsbns(publishers);
  const editionKeys = new Map<number, string>();
  return chance.shuffle(ordered).map((draft, at) => {
    const key = `e${String(at + 1).padStart(4, '0')}`;
    const edition = editionKeys.get(draft.sameEdition) ?? key;
    editionKeys.set(draft.sameEdition, edition);
    const {
      group: _,
      publisherId: __,
      sameEdition: ___,
      isbnSet: ____,
      binding: _____,
      ...fact
    } = draft;
    const without = draft.year < 1987 || chance.happens(0.12);
    return { ...fact, key, edition, ...isbnOf(draft, without), holders: holders(draft) };
  });
}

type Isbns = Pick<Fact, 'isbn' | 'hardbackIsbn'>;

/**
 * Gives out ISBNs 978-7-9999RR-TT-C: the last hundred of China's six-digit registrant elements
 * (999900–999999), which no publisher known to us has; every check digit is right.
 */
function createIsbns(publishers: PublisherChoice): (draft: Draft, without: boolean) => Isbns {
  const used = new Map<string, number>();
  const sets = new Map<number, string>();
  const next = (draft: Draft): string => {
    const base = publishers.registrant(draft.publisherId);
    if (base === null) return '';
    const title = used.get(draft.publisherId) ?? 0;
    used.set(draft.publisherId, title + 1);
    const registrant = base + Math.floor(title / 100);
    const item = String(title % 100).padStart(2, '0');
    const body = `9787${registrant}${item}`;
    return `978-7-${registrant}-${item}-${checkDigit(body)}`;
  };
  return (draft, without) => {
    if (without) return { isbn: '', hardbackIsbn: '' };
    if (draft.isbnSet > 0) {
      const shared = sets.get(draft.isbnSet) ?? next(draft);
      sets.set(draft.isbnSet, shared);
      return { isbn: shared, hardbackIsbn: '' };
    }
    if (draft.binding === 'hardback') return { isbn: '', hardbackIsbn: next(draft) };
    const isbn = next(draft);
    return { isbn, hardbackIsbn: draft.binding === 'both' ? next(draft) : '' };
  };
}

/** ISO 2108: weights 1 and 3 in turn, to a multiple of ten. */
function checkDigit(twelve: string): number {
  let sum = 0;
  for (let at = 0; at < 12; at += 1) sum += Number(twelve.charAt(at)) * (at % 2 === 0 ? 1 : 3);
  return (10 - (sum % 10)) % 10;
}
