import { type BibRecord, type Contributor, emptyBibRecord } from '../../../src/marc/record.ts';
import type { SourceRecord } from '../../../src/members/types.ts';

/** What a test says of a record; the rest is as a record has it that says nothing. */
export type Facts = Partial<Omit<BibRecord, 'contributors'>> & {
  /** Creators; a name with a role after `|` (`Rolfe, W. J.|editor`) is not a creator. */
  readonly by?: readonly string[];
  readonly contributors?: readonly Contributor[];
};

/** A record with the facts given. */
export function bib(facts: Facts): BibRecord {
  const { by, ...rest } = facts;
  const contributors = rest.contributors ?? (by ?? []).map(contributor);
  return {
    ...emptyBibRecord('marc21', facts.title),
    authors: contributors.map((one) => one.name),
    date: facts.year === undefined || facts.year === null ? null : String(facts.year),
    isbnAsWritten: facts.isbn ?? [],
    isbnStatements: (facts.isbn ?? []).map((isbn13) => ({
      isbn13,
      asWritten: isbn13,
      qualifier: null,
    })),
    ...rest,
    contributors,
  };
}

export function contributor(name: string): Contributor {
  const [heading = '', role = null] = name.split('|');
  return {
    name: heading,
    kind: 'person',
    role,
    pinyin: null,
    alternate: null,
    primary: role === null,
  };
}

/** The record as a library's answer brings it. */
export function source(library: string, localId: string, facts: Facts, position = 1): SourceRecord {
  return {
    library,
    localId,
    position,
    record: bib(facts),
    marc: null,
    raw: new Uint8Array(),
    syntax: 'test',
    charset: 'utf-8',
    warnings: [],
  };
}
