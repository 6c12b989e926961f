import type { Outcome } from '../members/types.ts';
import { UnsupportedQueryError } from '../query/errors.ts';
import { hasIsbnTerm, type TermOptions } from '../query/index.ts';
import type { Query } from '../query/types.ts';

interface TermSettings {
  readonly isbn?: readonly NonNullable<TermOptions['isbnForm']>[] | undefined;
  readonly script?: TermOptions['script'] | undefined;
}

/**
 * The ways to write the query's terms at a library, in the order to try them while nothing is found: its
 * forms of an ISBN where the query has one, those left out that come to the same text. Throws
 * UnsupportedQueryError where no way can be said.
 */
export function termOptions(
  query: Query,
  terms: TermSettings,
  translate: (options: TermOptions) => string,
): readonly TermOptions[] {
  const script = terms.script === undefined ? {} : { script: terms.script };
  const forms = hasIsbnTerm(query) ? (terms.isbn ?? []) : [];
  const wishes = forms.map((isbnForm) => ({ ...script, isbnForm }));
  const texts = new Set<string>();
  const options: TermOptions[] = [];
  let failure: unknown = null;
  for (const wish of wishes.length === 0 ? [script] : wishes) {
    try {
      const text = translate(wish);
      if (!texts.has(text)) options.push(wish);
      texts.add(text);
    } catch (error) {
      if (!(error instanceof UnsupportedQueryError)) throw error;
      failure = error;
    }
  }
  if (options.length === 0) throw failure;
  return options;
}

/** Asks in one way after another until something is found; the last answer counts otherwise. */
export async function firstFound(
  options: readonly TermOptions[],
  ask: (options: TermOptions) => Promise<Outcome>,
): Promise<Outcome> {
  let outcome: Outcome | null = null;
  for (const option of options) {
    outcome = await ask(option);
    if (outcome.hits > 0) break;
  }
  if (outcome === null) throw new RangeError('There is no way to ask.');
  return outcome;
}
