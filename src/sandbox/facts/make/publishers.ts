import { cell, list, readTable } from '../tsv.ts';
import type { Chance } from './random.ts';
import type { Work } from './works.ts';

export interface Publisher {
  readonly id: string;
  readonly name: string;
  readonly place: string;
}

export interface PublisherChoice {
  choose(work: Work, chance: Chance): Publisher;
  another(work: Work, except: string, chance: Chance): Publisher;
  /** Chinese e-books come from the electronic publisher; foreign ones from their own house. */
  electronic(work: Work, print: { publisher: Publisher }): Publisher;
  /** First of the registrant numbers given to this publisher, or null: no ISBN then. */
  registrant(id: string): number | null;
}

/** The invented publishing houses, by what they publish. */
export function readPublishers(): PublisherChoice {
  const rows = readTable('source/publishers.tsv').map((row) => ({
    id: cell(row, 'id'),
    name: cell(row, 'name'),
    place: cell(row, 'place'),
    registrant: Number(cell(row, 'registrant')),
    groups: list(cell(row, 'groups'), ' '),
  }));
  const forWork = (work: Work): Publisher[] => {
    if (work.language === 'chi') return rows.filter((row) => row.groups.includes(work.group));
    const house = rows.find((row) => row.name === work.publisher);
    return [{ id: house?.id ?? '', name: work.publisher, place: work.place }];
  };
  return {
    choose: (work, chance) => chance.pick(forWork(work)),
    another: (work, except, chance) => {
      const pool = work.language === 'chi' ? forWork(work) : rows.filter(isForeign);
      const others = pool.filter((publisher) => publisher.id !== except);
      return chance.pick(others.length > 0 ? others : rows.filter((row) => !isForeign(row)));
    },
    electronic: (work, print) => {
      const house = rows.find((row) => row.groups.includes('electronic'));
      return work.language === 'chi' && house !== undefined ? house : print.publisher;
    },
    registrant: (id) => rows.find((row) => row.id === id)?.registrant ?? null,
  };
}

function isForeign(row: { readonly groups: readonly string[] }): boolean {
  return row.groups.includes('foreign');
}
