import type { LibraryDocument, XserviceSettings } from '../../members/document.ts';
import type { Ask, OnRecords } from '../../members/types.ts';
import { httpFailure } from '../failures.ts';
import type { ConnectorDependencies, HttpRequest } from '../types.ts';

export interface XserviceSearch {
  readonly library: LibraryDocument<XserviceSettings>;
  readonly dependencies: ConnectorDependencies;
  readonly ask: Ask;
  readonly signal: AbortSignal;
  readonly onRecords: OnRecords;
}

/** What one ask has come to so far. */
export interface Progress {
  hits: number | null;
  exact: boolean;
  fetched: number;
  unreadable: number;
  incomplete: string | null;
}

export const nothingYet: Readonly<Progress> = {
  hits: null,
  exact: true,
  fetched: 0,
  unreadable: 0,
  incomplete: null,
};

/** One request whose HTTP answer is good; throws ConnectorError or EgressError. */
export async function send(
  { library, dependencies, ask, signal }: XserviceSearch,
  asked: HttpRequest,
) {
  const { deadline, trace } = ask;
  const answer = await dependencies.egress.request(asked, { signal, deadline, trace });
  const failure = httpFailure(library.id, answer);
  if (failure === null) return answer;
  answer.discard();
  throw failure;
}
