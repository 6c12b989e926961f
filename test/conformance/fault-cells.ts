import { pino } from 'pino';
import { createFederation, type Federation } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import type { AnswerState } from '../../src/members/types.ts';
import { parseReaderQuery } from '../../src/query/index.ts';
import {
  type FaultName,
  type FaultPhase,
  type FaultProtocol,
  faultNames,
  faultTable,
} from '../../src/sandbox/faults.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import type { LibraryAnswer, SearchAnswer, View } from '../../src/search/types.ts';
import { operationPhases, runOperationCell } from './operation-cells.ts';

/** One fault in one phase of one protocol: what has to come of it, and what did. */
export interface Cell {
  readonly protocol: FaultProtocol;
  readonly library: string;
  readonly fault: FaultName;
  readonly phase: FaultPhase;
}

export interface CellResult extends Cell {
  /** Null where the cell does not apply; `reason` says why. */
  readonly passed: boolean | null;
  readonly reason: string;
  readonly state: AnswerState | null;
  readonly elapsedMs: number;
}

const waitMs = 1200;
/** Beyond the deadline: what settling and a busy machine may take. */
const graceMs = 600;
const view: View = { page: 1, size: 100, sort: 'relevance', filters: [], timings: false };

/** For each protocol the library that goes through most phases; both kinds of catalogue without one. */
const libraries: readonly (readonly [FaultProtocol, string])[] = [
  ['z3950', 'demo-tech'],
  ['sru', 'demo-comp'],
  ['xservice', 'demo-nlc'],
  ['http', 'demo-music'],
  ['http', 'demo-poly'],
];
const neighbours = ['demo-pub', 'demo-econ'] as const;

/** Phases that a search goes through; the others belong to operations of their own (`operation-cells.ts`). */
const searchPhases: readonly FaultPhase[] = ['connect', 'init', 'search', 'present', 'sort'];

/** The states a reader may be shown. A library that failed is never `empty`. */
const expected: Readonly<Record<FaultName, readonly AnswerState[]>> = {
  slow: ['timed_out'],
  hang: ['timed_out', 'partial'],
  'hang-after-init': ['timed_out', 'partial'],
  reset: ['unreachable', 'partial'],
  'reset-once': ['answered'],
  flaky: ['unreachable', 'answered'],
  'reset-mid-record': ['partial', 'unreachable', 'bad_answer'],
  garbage: ['bad_answer', 'partial'],
  truncate: ['bad_answer', 'partial', 'unreachable'],
  refuse: ['unreachable'],
  drip: ['timed_out', 'partial', 'unreachable'],
  'endless-pdu': ['bad_answer', 'partial', 'timed_out'],
  'wrong-count': ['answered_estimate', 'partial', 'answered'],
  // A list without a count that can be believed counts itself, when it was read to its end.
  'negative-count': ['answered', 'answered_estimate', 'bad_answer', 'partial'],
  'duplicate-records': ['answered', 'answered_estimate', 'partial'],
  'wrong-charset': ['answered', 'partial', 'bad_answer'],
  'wrong-syntax': ['answered', 'partial', 'bad_answer', 'unsupported'],
  'empty-present': ['partial', 'answered_estimate', 'bad_answer', 'answered'],
  'close-instead': ['unreachable', 'refused', 'busy', 'bad_answer', 'partial'],
  'http-500': ['unreachable', 'partial'],
  'http-429': ['busy', 'partial'],
  'redirect-loop': ['refused', 'bad_answer', 'partial'],
  'html-for-xml': ['bad_answer', 'refused', 'maintenance', 'partial'],
  'invalid-characters': ['answered', 'answered_estimate', 'partial', 'bad_answer'],
  'chunk-cut': ['bad_answer', 'unreachable', 'partial'],
  'gzip-bomb': ['bad_answer', 'partial'],
  'slow-headers': ['timed_out', 'partial', 'unreachable'],
};

const withoutCount: readonly AnswerState[] = [
  'timed_out',
  'unreachable',
  'refused',
  'busy',
  'bad_answer',
  'unsupported',
];

/** Every fault × protocol × phase, whether it applies or not. */
export function allCells(): Cell[] {
  return libraries.flatMap(([protocol, library]) =>
    faultNames.flatMap((fault) =>
      [...searchPhases, ...operationPhases].map((phase) => ({ protocol, library, fault, phase })),
    ),
  );
}

/** Why a cell makes no sense, or null. */
export function notApplicable({ protocol, library, fault, phase }: Cell): string | null {
  const description: { protocols: readonly FaultProtocol[]; phases: readonly FaultPhase[] } =
    faultTable[fault];
  if (!description.protocols.includes(protocol)) return `${fault} is not a fault of ${protocol}`;
  if (!description.phases.includes(phase)) return `${fault} does not strike in ${phase}`;
  if (phase === 'init' && protocol !== 'z3950' && library !== 'demo-music') {
    return `${library} opens no session`;
  }
  if (phase === 'sort' && protocol !== 'z3950') return `${protocol} sorts inside the search`;
  if (phase === 'present' && (protocol === 'sru' || protocol === 'http')) {
    return `${protocol} hands records over inside the search`;
  }
  return null;
}

/** Runs one cell with a federation of its own, so that no breaker remembers the one before. */
export async function runCell(cell: Cell, sandbox: Sandbox): Promise<CellResult> {
  const reason = notApplicable(cell);
  if (reason !== null) return { ...cell, passed: null, reason, state: null, elapsedMs: 0 };
  if (operationPhases.includes(cell.phase)) return await runOperationCell(cell, sandbox);
  await sandbox.inject(cell.library, `${cell.fault}@${cell.phase}`);
  const causes: (string | null)[] = [];
  const federation = await federationOf(cell, sandbox.documents, causes);
  try {
    const started = performance.now();
    const answer = await searchOnce(federation, cell);
    const elapsedMs = performance.now() - started;
    await sandbox.inject(cell.library, null);
    const faults = faultsOf(cell, answer, elapsedMs, causes);
    const { failure, hits } = await recovered(federation, cell);
    if (failure !== null) faults.push(failure);
    const target = stateOf(answer, cell.library);
    const state = target?.state ?? null;
    if (cell.fault === 'negative-count' && state === 'answered' && target?.hits !== hits) {
      faults.push(`counts ${target?.hits} where there are ${hits}`);
    }
    return { ...cell, passed: faults.length === 0, reason: faults.join('; '), state, elapsedMs };
  } finally {
    await sandbox.inject(cell.library, null);
    await federation.close();
  }
}

function faultsOf(
  cell: Cell,
  answer: SearchAnswer,
  elapsedMs: number,
  causes: readonly (string | null)[],
): string[] {
  const faults: string[] = [];
  const target = stateOf(answer, cell.library);
  if (!target) return ['the library is missing from the answer'];
  if (!expected[cell.fault].includes(target.state)) faults.push(`state is ${target.state}`);
  if (elapsedMs > waitMs + graceMs) faults.push(`took ${elapsedMs.toFixed(0)} ms`);
  if (withoutCount.includes(target.state)) {
    if (target.hits !== undefined) faults.push(`shows ${target.hits} hits without an answer`);
    if (target.cause === null) faults.push('names no cause');
    if (causes.filter((cause) => cause === target.cause).length !== 1) {
      faults.push(`its cause was told ${causes.length} times, not once`);
    }
  }
  if ((target.hits ?? 0) < 0) faults.push(`shows ${target.hits} hits`);
  for (const id of neighbours) {
    const neighbour = stateOf(answer, id);
    if (!/^(answered|empty)$/.test(neighbour?.state ?? ''))
      faults.push(`neighbour ${id} is ${neighbour?.state}`);
  }
  return faults;
}

/** Once the fault is gone the same federation reaches the library again, by a forced probe if need be. */
async function recovered(
  federation: Federation,
  cell: Cell,
): Promise<{ failure: string | null; hits: number | undefined }> {
  const search = start(federation, cell);
  await search.wait('complete');
  const first = stateOf(search.answer(view), cell.library);
  if (first?.state === 'answered') return { failure: null, hits: first.hits };
  search.retry([cell.library]);
  await search.wait('complete');
  const second = stateOf(search.answer(view), cell.library);
  // A Retry-After of half a minute is obeyed, whoever asks.
  const held = cell.fault === 'http-429' && second?.state === 'busy';
  const failure =
    held || second?.state === 'answered'
      ? null
      : `afterwards it is ${first?.state}, then ${second?.state} (${second?.cause})`;
  return { failure, hits: second?.hits };
}

async function searchOnce(federation: Federation, cell: Cell): Promise<SearchAnswer> {
  const search = start(federation, cell);
  await search.wait('complete');
  return search.answer(view);
}

function start(federation: Federation, cell: Cell) {
  const words = cell.library === 'demo-music' ? '音乐' : '化学工程';
  const { query, cql } = parseReaderQuery(words, { syntax: 'words', index: 'any' });
  return federation.engine.start({
    query,
    cql,
    libraries: [...neighbours, cell.library],
    sort: cell.phase === 'sort' ? 'year' : 'relevance',
    waitMs,
    refresh: true,
  });
}

function stateOf(answer: SearchAnswer, id: string): LibraryAnswer | undefined {
  return answer.libraries.find((library) => library.id === id);
}

/** The three libraries; the faulty one asked for more than one PDU or page holds. */
async function federationOf(
  cell: Cell,
  documents: readonly LibraryInput[],
  causes: (string | null)[],
): Promise<Federation> {
  const settings = { ...(await readSettings({})), connectors: null };
  const wanted = documents
    .filter(({ id }) => [...neighbours, cell.library].includes(id))
    .map((document) => (document.id === cell.library ? asFor(cell, document) : document));
  const logger = pino(
    { level: 'info' },
    {
      write: (line: string) => {
        const told = JSON.parse(line) as { library?: string; cause?: string | null };
        if (told.library === cell.library) causes.push(told.cause ?? null);
      },
    },
  );
  return createFederation(settings, {}, { documents: wanted, defaultLibraries: [] }, logger);
}

/** Records only come by Present where they are not piggy-backed. */
function asFor(cell: Cell, document: LibraryInput): LibraryInput {
  if (document.connector.protocol !== 'z3950' || cell.phase !== 'present') return document;
  return { ...document, connector: { ...document.connector, piggyback: false } };
}
