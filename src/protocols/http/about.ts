import type { Item } from '../../marc/record.ts';
import type { HttpSettings, LibraryDocument } from '../../members/document.ts';
import { wholeBody } from '../answers/bytes.ts';
import { AnswerError } from '../answers/errors.ts';
import { httpFailure, knownFailure } from '../failures.ts';
import type { ConnectorDependencies, EgressCall } from '../types.ts';
import { encodeAbout } from './ask.ts';
import { readPage } from './page.ts';
import { itemsAt } from './record.ts';
import { askInSession, openSession } from './session.ts';

/**
 * The copies of one record, asked for now, where the document says how; null where it does not. Rejects
 * with ConnectorError.
 */
export async function httpHoldings(
  library: LibraryDocument<HttpSettings>,
  { egress }: ConnectorDependencies,
  localId: string,
  call: EgressCall,
): Promise<readonly Item[] | null> {
  const settings = library.connector;
  const second = settings.holdings ?? settings.detail;
  if (second?.items === undefined || second.fields === undefined) return null;
  try {
    const session = await openSession(library, egress, call);
    const request = encodeAbout(settings, second.url, localId, session.token);
    const answer = await askInSession(egress, session, request, call);
    const failure = httpFailure(library.id, answer);
    if (failure !== null) {
      answer.discard();
      throw failure;
    }
    const bytes = await wholeBody(answer.body);
    const kind = second.answer ?? settings.answer;
    const page = readPage(bytes, kind, settings.charset, answer.headers['content-type']);
    const { expect } = second;
    if (expect !== undefined && !page.places(page.root, expect).there) {
      throw new AnswerError('expect_missing', 'What must be on this answer of the library is not.');
    }
    return itemsAt(page, page.root, second.items, second.fields);
  } catch (error) {
    const known = knownFailure(library.id, error);
    if (known === null) throw error;
    throw known;
  }
}
