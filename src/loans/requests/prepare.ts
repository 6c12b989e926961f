import { normaliseIsbn, normaliseIssn } from '../../marc/identifiers.ts';
import { foldForMatching, foldWidth } from '../../marc/text.ts';
import type { Actor } from '../actor.ts';
import { type FieldFault, LoanError } from '../errors.ts';
import type { CopiesAnswer, LoanContext } from './context.ts';
import { readRequest } from './read-input.ts';
import type { Citation, CopyHeld, ReadRequest, RequestInput } from './types.ts';

/** A request with everything that had to be asked outside the database. */
export interface PreparedRequest {
  readonly read: ReadRequest;
  readonly faults: readonly FieldFault[];
  /** Null where neither the record was found nor a citation given. */
  readonly citation: Citation | null;
  /** The copy at the lender, as the search gave it; null for a blank citation. */
  readonly held: CopyHeld | null;
  readonly lender: string | null;
  readonly rota: readonly { readonly library: string; readonly held: CopyHeld | null }[];
  /** What the reader's own library has; null where nobody could be asked. */
  readonly homeCopies: CopiesAnswer | null;
}

/**
 * Reads the input, looks the record up and asks the home library's own holdings. May take as long
 * as libraries take, so it runs before any transaction.
 */
export async function prepareRequest(
  context: LoanContext,
  actor: Actor,
  input: RequestInput,
): Promise<PreparedRequest> {
  const { request: read, faults } = readRequest(input);
  const found =
    read.holding === null
      ? null
      : await context.findRecord({ record: read.record, ...read.holding });
  const more: FieldFault[] = [];
  if (read.holding !== null && found === null) {
    const zh = '在该馆找不到这条记录。';
    more.push({ pointer: '/holding', zh, en: 'this library knows no such record', rule: null });
  }
  const citation = found === null ? read.citation : withVolume(found.citation, read);
  const lender = read.holding?.library ?? read.library;
  const home = actor.libraryId;
  const homeCopies =
    citation === null || home === null ? null : await askHome(context, citation, home);
  const alternatives = read.alternatives.filter((entry) => entry.library !== lender);
  const rota = [
    ...(lender === null ? [] : [{ library: lender, held: found?.holding ?? null }]),
    ...alternatives.map(({ library, localId }) => ({ library, held: bareCopy(library, localId) })),
  ];
  return {
    read,
    faults: [...faults, ...more],
    citation,
    held: found?.holding ?? null,
    lender,
    rota: uniqueBy(rota, (entry) => entry.library),
    homeCopies,
  };
}

/** A failed look at home never keeps a reader from asking elsewhere. */
async function askHome(
  context: LoanContext,
  citation: Citation,
  home: string,
): Promise<CopiesAnswer> {
  try {
    return await context.findCopies(citation, home);
  } catch {
    return { state: 'failed', copies: [] };
  }
}

/** The record's citation, to the byte; only the volume wanted may be the reader's. */
function withVolume(citation: Citation, read: ReadRequest): Citation {
  const volume = read.citation?.volume ?? null;
  return volume === null ? citation : { ...citation, volume };
}

function bareCopy(library: string, localId: string | null): CopyHeld {
  return {
    library,
    localId,
    callNumber: null,
    classMark: null,
    collection: null,
    location: null,
    barcode: null,
    status: 'unknown',
    lendable: null,
    lendableWhy: null,
  };
}

function uniqueBy<T>(list: readonly T[], keyOf: (entry: T) => string): readonly T[] {
  const seen = new Set<string>();
  return list.filter((entry) => {
    const key = keyOf(entry);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What makes two requests of one reader the same: the edition and the volume. */
export function duplicateKey(citation: Citation): string {
  const isbn = normaliseIsbn(citation.isbn ?? '') ?? normaliseIssn(citation.isbn ?? '');
  const volume = foldForMatching(citation.volume ?? '');
  if (isbn !== null) return `${isbn}|${volume}`.slice(0, 300);
  const year = /\d{4}/.exec(foldWidth(citation.year ?? ''))?.[0] ?? '';
  const parts = [citation.title, citation.author ?? '', year, citation.volume ?? ''];
  return parts.map(foldForMatching).join('|').slice(0, 300);
}

/** Refuses what no rule needs to be asked about. */
export function requireCitation(prepared: PreparedRequest): Citation {
  if (prepared.citation !== null) return prepared.citation;
  const sentence = { zh: '请提供著录。', en: 'Give a citation.' };
  throw new LoanError('invalid', sentence, { faults: prepared.faults });
}
