import { type Diagnostic, decodeExternalDiagnostics } from './apdu/diagnostics.ts';
import { decodeOtherInformation, type External, type OtherInformation } from './apdu/external.ts';
import type { InitResponse } from './apdu/init.ts';
import { decodeTerm, type Term } from './apdu/query.ts';
import { child, childrenOf, inner, integer, parseBer, text } from './ber/read.ts';
import { context } from './ber/tag.ts';
import { diagnosticSets, userInformation } from './oid.ts';

/**
 * Why an Init was refused. Servers put it into userInformationField (as UserInfo-1 or OCLC's own form) or
 * into otherInformation; empty where they say nothing.
 */
export function refusalDiagnostics(response: InitResponse): Diagnostic[] {
  const field = response.userInformation;
  return [
    ...(field === undefined ? [] : fromExternal(field)),
    ...fromUnits(response.otherInformation ?? []),
  ];
}

function fromExternal(external: External): Diagnostic[] {
  if (external.encoding !== 'single') return [];
  if (external.reference === userInformation.userInfo1) {
    return fromUnits(decodeOtherInformation(parseBer(external.content)));
  }
  if (external.reference === userInformation.oclc) return fromOclc(external);
  return decodeExternalDiagnostics(external);
}

function fromUnits(units: readonly OtherInformation[]): Diagnostic[] {
  return units.flatMap(({ information }) =>
    information.kind === 'external' ? decodeExternalDiagnostics(information.external) : [],
  );
}

/** OCLC-UserInformation: failReason [3], code [4], text [5]. */
function fromOclc(external: External): Diagnostic[] {
  const node = parseBer(external.content);
  const code = child(node, 4);
  const reason = child(node, 5);
  if (code === undefined && reason === undefined) return [];
  return [
    {
      set: diagnosticSets.bib1,
      condition: code === undefined ? 100 : integer(code),
      addinfo: reason === undefined ? '' : text(reason),
    },
  ];
}

/** How many records one part of a query found. */
export interface TermCount {
  readonly term: Term;
  readonly count: number | null;
}

/** The counts per term of a Search response's searchResult-1 report; empty where there is none. */
export function termCounts(units: readonly OtherInformation[] | undefined): TermCount[] {
  return (units ?? []).flatMap(({ information }) => {
    if (information.kind !== 'external') return [];
    const { external } = information;
    if (external.reference !== userInformation.searchResult1 || external.encoding !== 'single') {
      return [];
    }
    return childrenOf(parseBer(external.content)).flatMap((report) => {
      const expression = child(report, 3);
      const term = expression === undefined ? undefined : inner(expression);
      const wrapped = term?.tag === context(1) ? child(term, 1) : undefined;
      if (wrapped === undefined) return [];
      const count = child(report, 6);
      return [
        { term: decodeTerm(inner(wrapped)), count: count === undefined ? null : integer(count) },
      ];
    });
  });
}
