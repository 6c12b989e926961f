import type { MarcRecord } from '../../marc/types.ts';
import { readFacts } from '../facts/facts.ts';
import type { Fact } from '../facts/types.ts';
import type { Profile } from '../profile.ts';
import { cnmarcRecord } from './cnmarc.ts';
import { type Copy, copiesOf } from './copies.ts';
import { type Description, describe } from './describe.ts';
import { dice } from './dice.ts';
import { marc21Record } from './marc21.ts';

/** One record of one library. What takes time is made when first asked for. */
export interface CatalogueRecord {
  readonly fact: Fact;
  /** Place in the catalogue, from 1. */
  readonly number: number;
  readonly localId: string;
  readonly copies: readonly Copy[];
  readonly described: Description;
  readonly marc: MarcRecord;
}

export interface Catalogue {
  readonly profile: Profile;
  readonly records: readonly CatalogueRecord[];
  find(localId: string): CatalogueRecord | undefined;
}

/** The catalogue of one library: what it owns of the table, in its own words. */
export function createCatalogue(profile: Profile): Catalogue {
  let records: readonly CatalogueRecord[] | null = null;
  let byId: ReadonlyMap<string, CatalogueRecord> | null = null;
  const all = (): readonly CatalogueRecord[] => {
    records ??= readFacts()
      .filter((fact) => fact.holders.includes(profile.id))
      .map((fact, at) => createRecord(profile, fact, at + 1));
    return records;
  };
  return {
    profile,
    get records() {
      return all();
    },
    find: (localId) => {
      byId ??= new Map(all().map((record) => [record.localId, record]));
      return byId.get(localId);
    },
  };
}

function createRecord(profile: Profile, fact: Fact, number: number): CatalogueRecord {
  const localId = profile.localId(number);
  let copies: readonly Copy[] | null = null;
  let described: Description | null = null;
  let marc: MarcRecord | null = null;
  return {
    fact,
    number,
    localId,
    get copies() {
      copies ??= copiesOf(
        fact,
        {
          libraryId: profile.id,
          barcodePrefix: profile.barcodePrefix,
          locations: profile.locations,
          classification: profile.habits.classification,
        },
        number,
      );
      return copies;
    },
    get described() {
      described ??= describe(fact, profile.habits, profile.id);
      return described;
    },
    get marc() {
      if (marc === null) {
        const make = profile.habits.dialect === 'cnmarc' ? cnmarcRecord : marc21Record;
        marc = make(this.described, profile.habits, {
          localId,
          libraryCode: profile.code,
          entered: enteredOn(profile, fact),
          copies: this.copies,
        });
      }
      return marc;
    },
  };
}

/** Books are catalogued some months after they come out, but not before computers were. */
function enteredOn(profile: Profile, fact: Fact): string {
  const year = Math.max(1996, fact.year + dice(2, profile.id, fact.key, 'entered'));
  const month = String(1 + dice(12, profile.id, fact.key, 'month entered')).padStart(2, '0');
  const day = String(1 + dice(28, profile.id, fact.key, 'day entered')).padStart(2, '0');
  return `${year}${month}${day}`;
}
