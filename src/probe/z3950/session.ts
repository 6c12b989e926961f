import type { LibraryDocument, Z3950Settings } from '../../members/document.ts';
import { ConnectorError } from '../../members/errors.ts';
import { EgressError } from '../../protocols/egress.ts';
import type { Attribute, Diagnostic, NamedRecord } from '../../protocols/z3950/apdu/index.ts';
import type { WireQuery } from '../../protocols/z3950/apdu/query.ts';
import { presentRequest, searchRequest } from '../../protocols/z3950/ask.ts';
import type { Association, Granted } from '../../protocols/z3950/association.ts';
import { connect } from '../../protocols/z3950/connect.ts';
import {
  AssociationEndedError,
  InitRefusedError,
  Z3950Error,
} from '../../protocols/z3950/errors.ts';
import { attributeSets } from '../../protocols/z3950/oid.ts';
import { callWithin, type ProbeContext } from '../context.ts';

/** What a request came to, where anything can have happened. */
export type Tried<T> =
  | { readonly ok: true; readonly value: T; readonly elapsedMs: number }
  | { readonly ok: false; readonly ended: string; readonly elapsedMs: number };

export interface Found {
  readonly hits: number;
  readonly records: readonly NamedRecord[];
  /** A diagnostic in the place of the count. */
  readonly failed: Diagnostic | null;
  /** A diagnostic in the place of the records. */
  readonly withheld: Diagnostic | null;
}

export interface SearchWish {
  readonly attributes: Readonly<Record<string, number>>;
  readonly octets: Uint8Array;
  readonly set?: string;
  readonly piggyback?: number;
  readonly syntax?: string;
  readonly elementSet?: string;
  readonly database?: string;
  readonly attributeSet?: string;
}

export interface PresentWish {
  readonly set?: string;
  readonly start: number;
  readonly count: number;
  readonly syntax: string;
  readonly elementSet?: string;
}

/** One association at a time with the library that is probed, opened anew where it was lost. */
export interface Session {
  readonly granted: Granted;
  readonly association: Association;
  search(wish: SearchWish): Promise<Tried<Found>>;
  present(wish: PresentWish): Promise<Tried<Found>>;
  /** Any other request, paced and bounded. */
  run<T>(request: (association: Association) => Promise<T>): Promise<Tried<T>>;
  close(): void;
}

/** Connects and opens; `ended` names the reason where that does not work. */
export async function openSession(
  context: ProbeContext,
  library: LibraryDocument<Z3950Settings>,
): Promise<Tried<Session>> {
  const opened = await open(context, library);
  if (!opened.ok) return opened;
  let association = opened.value;
  const run = async <T>(request: (one: Association) => Promise<T>): Promise<Tried<T>> => {
    if (association.ended) {
      const again = await open(context, library);
      if (!again.ok) return again;
      association = again.value;
    }
    await context.footprint.turn();
    const tried = await attempt(context, association, () => request(association));
    if (!tried.ok) context.footprint.noteBroken();
    return tried;
  };
  const [database] = library.connector.databases;
  const session: Session = {
    get granted() {
      return association.granted as Granted;
    },
    get association() {
      return association;
    },
    search: (wish) => run((one) => search(one, { database: database?.name ?? 'Default', ...wish })),
    present: (wish) => run((one) => present(one, wish)),
    run,
    close: () => association.close(),
  };
  return { ...opened, value: session };
}

async function open(
  context: ProbeContext,
  library: LibraryDocument<Z3950Settings>,
): Promise<Tried<Association>> {
  const began = performance.now();
  await context.footprint.turn();
  const connected = await attempt(context, null, () =>
    connect(library, context.dependencies, callWithin(context)),
  );
  if (!connected.ok) return connected;
  const association = connected.value;
  const granted = await attempt(context, association, () => association.init());
  const elapsedMs = performance.now() - began;
  if (granted.ok) return { ok: true, value: association, elapsedMs };
  association.destroy(new AssociationEndedError('close_finished', 'The probe gave up.'));
  return { ...granted, elapsedMs };
}

/** Runs one exchange; an association that does not answer in time is given up. */
export async function attempt<T>(
  { answerMs }: ProbeContext,
  association: Association | null,
  exchange: () => Promise<T>,
): Promise<Tried<T>> {
  const began = performance.now();
  const timer = setTimeout(
    () => association?.destroy(new EgressError('deadline', 'No answer came in time.')),
    answerMs,
  );
  try {
    const value = await exchange();
    return { ok: true, value, elapsedMs: performance.now() - began };
  } catch (error) {
    return { ok: false, ended: endOf(error), elapsedMs: performance.now() - began };
  } finally {
    clearTimeout(timer);
  }
}

/** The reason of an error that a library can cause; any other is thrown on. */
function endOf(error: unknown): string {
  if (error instanceof InitRefusedError) {
    const [diagnostic] = error.diagnostics;
    return diagnostic === undefined ? 'init_refused' : `init_refused (${said(diagnostic)})`;
  }
  if (error instanceof AssociationEndedError || error instanceof EgressError) return error.reason;
  if (error instanceof Z3950Error || error instanceof ConnectorError) return error.reason;
  throw error;
}

/** A diagnostic in a few words, its text cut short. */
export function said({ condition, addinfo }: Diagnostic): string {
  return addinfo === '' ? `bib-1 ${condition}` : `bib-1 ${condition}: ${addinfo.slice(0, 80)}`;
}

async function search(association: Association, wish: SearchWish): Promise<Found> {
  const { piggyback = 0, set = 'default' } = wish;
  const response = await association.ask(
    searchRequest({
      database: wish.database ?? 'Default',
      set,
      query: queryOf(wish),
      piggyback,
      syntax: wish.syntax,
      elementSet: wish.elementSet ?? 'F',
    }),
  );
  const { records } = response;
  const [diagnostic] = records?.kind === 'diagnostics' ? records.diagnostics : [];
  return {
    hits: Math.max(0, response.resultCount),
    records: records?.kind === 'records' ? records.records : [],
    failed: response.searchStatus ? null : (diagnostic ?? unexplained),
    withheld: response.searchStatus ? (diagnostic ?? null) : null,
  };
}

const unexplained: Diagnostic = { set: '', condition: 0, addinfo: 'no diagnostic' };

export function queryOf({ attributes, octets, attributeSet }: SearchWish): WireQuery {
  const list: Attribute[] = Object.entries(attributes).map(([type, value]) => ({
    type: Number(type),
    value,
  }));
  const term = { kind: 'general', octets } as const;
  return {
    type: 'type-1',
    attributeSet: attributeSet ?? attributeSets.bib1,
    rpn: { type: 'term', attributes: list, term },
  };
}

async function present(association: Association, wish: PresentWish): Promise<Found> {
  const { set = 'default', elementSet = 'F', ...rest } = wish;
  const response = await association.ask(presentRequest({ set, elementSet, ...rest }));
  const { records } = response;
  const [diagnostic] = records?.kind === 'diagnostics' ? records.diagnostics : [];
  const named = records?.kind === 'records' ? records.records : [];
  const inPlace = named.find((one) => one.kind === 'diagnostic');
  return {
    hits: 0,
    records: named,
    failed: null,
    withheld:
      diagnostic ??
      (inPlace?.kind === 'diagnostic' && !named.some((one) => one.kind === 'record')
        ? inPlace.diagnostic
        : null),
  };
}
