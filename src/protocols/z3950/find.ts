import {
  elementSetRefused,
  namingRefused,
  readPresent,
  readSearch,
  type SearchFinding,
  syntaxRefused,
  syntaxUnknown,
} from './answer.ts';
import type { Diagnostic, NamedRecord, PresentResponse, SearchResponse } from './apdu/index.ts';
import { presentRequest, searchRequest, sortRequest } from './ask.ts';
import type { Association } from './association.ts';
import { failureOf, isBib1 } from './diagnostics.ts';
import { DiagnosticError } from './errors.ts';
import { changeSyntax, type DatabaseTask, type Progress, rememberWording } from './progress.ts';
import { reword } from './repair.ts';
import { cqlQuery, hasProximity, wireQuery, word } from './wording.ts';

/** Other wordings that one search may try; each costs a round trip. */
const maxRepairs = 4;

/**
 * Searches until something is found, every form of an ISBN was tried, or a diagnostic cannot be repaired.
 * Leaves count, set and the records that came along in `progress`; returns the name of the result set.
 */
export async function find(
  association: Association,
  task: DatabaseTask,
  progress: Progress,
): Promise<string> {
  for (;;) {
    const { set, outcome } = await searchOnce(association, task, progress);
    if ('failed' in outcome) {
      repair(association, task, progress, outcome.failed);
      continue;
    }
    if (outcome.hits === 0 && nextForm(task, progress)) continue;
    rememberWording(task, progress);
    take(task, progress, outcome);
    const goneBySorting = await sortSet(association, task, progress, set);
    if (goneBySorting) continue;
    association.resultSets.keep({
      name: set,
      key: progress.key,
      hits: outcome.hits,
      exact: progress.exact,
      sorted: progress.sorted,
      foundAt: performance.now(),
    });
    return set;
  }
}

/** Takes the next form of an ISBN that makes another query; false where there is none. */
function nextForm(task: DatabaseTask, progress: Progress): boolean {
  if (progress.formsLeft.length === 0) return false;
  const asked = () => JSON.stringify(word(task.query, task.connector, progress.wording).rpn);
  progress.fruitless.add(asked());
  while (progress.formsLeft.length > 0) {
    progress.wording = { ...progress.wording, isbnForm: progress.formsLeft.shift() };
    if (!progress.fruitless.has(asked())) return true;
  }
  return false;
}

function take(task: DatabaseTask, progress: Progress, finding: SearchFinding): void {
  progress.hits = finding.hits;
  progress.exact = finding.exact;
  progress.incomplete = partialSentence(finding);
  if (progress.next === 0) progress.brought = finding.records;
  const refused = finding.presentDiagnostic;
  if (refused === null || !isBib1(refused)) return;
  if (syntaxRefused.includes(refused.condition)) {
    changeSyntax(task, progress, refused.condition === syntaxUnknown);
  }
  if (elementSetRefused.includes(refused.condition)) progress.elementSet = '';
}

function partialSentence({ partial }: SearchFinding): string | null {
  if (partial === null) return null;
  if (partial === 'impossible') return 'The library gave a negative count.';
  if (partial === 'unexplained') return 'The library searched only a part of its catalogue.';
  return failureOf(partial).message;
}

/** Changes what is asked after a diagnostic, or throws it. */
function repair(
  association: Association,
  task: DatabaseTask,
  progress: Progress,
  diagnostic: Diagnostic,
): void {
  progress.repairs += 1;
  if (progress.repairs <= maxRepairs && isBib1(diagnostic)) {
    const { condition } = diagnostic;
    if (namingRefused.includes(condition) && association.resultSets.named) {
      association.resultSets.allowNames(false);
      return;
    }
    if (syntaxRefused.includes(condition)) {
      if (changeSyntax(task, progress, condition === syntaxUnknown)) return;
    }
    if (elementSetRefused.includes(condition) && progress.elementSet !== '') {
      progress.elementSet = '';
      return;
    }
    const { rpn } = word(task.query, task.connector, progress.wording);
    const other = reword(rpn, progress.wording, diagnostic, task.connector);
    if (other !== null) {
      progress.wording = other;
      return;
    }
  }
  throw new DiagnosticError(diagnostic);
}

interface Searched {
  readonly set: string;
  readonly outcome: SearchFinding | { failed: Diagnostic };
}

/** One Search, with Init before it and Present behind it where the library takes them in one go. */
async function searchOnce(
  association: Association,
  task: DatabaseTask,
  progress: Progress,
): Promise<Searched> {
  const pipelined = mayPipeline(task);
  if (association.granted === null && !pipelined) await openSerially(association, task);
  const { resultSets, granted } = association;
  const set = resultSets.nextName();
  const bringAlong = progress.next === 0 && task.sort === null ? task.firstRecords : 0;
  const { piggyback } = task.connector;
  const search = searchRequest({
    database: task.database.name,
    set,
    query: queryFor(association, task, progress),
    piggyback: piggyback ? bringAlong : 0,
    syntax: task.database.syntaxes[progress.syntax],
    elementSet: progress.elementSet,
  });
  const ahead = pipelined && !piggyback ? bringAlong : 0;
  progress.pipelining = granted === null || ahead > 0;
  const { response, presented } = await exchange(association, task, () => ({
    search: association.ask(search),
    present: ahead > 0 ? association.ask(presentFirst(set, ahead, task, progress)) : null,
  }));
  progress.pipelining = false;
  const outcome = readSearch(response);
  if ('failed' in outcome || outcome.records.length > 0 || presented === null) {
    return { set, outcome };
  }
  const records = readPresent(presented);
  return { set, outcome: 'failed' in records ? outcome : withRecords(outcome, records) };
}

function withRecords(finding: SearchFinding, records: readonly NamedRecord[]): SearchFinding {
  return { ...finding, records };
}

function presentFirst(set: string, count: number, task: DatabaseTask, progress: Progress) {
  return presentRequest({
    set,
    start: 1,
    count,
    syntax: task.database.syntaxes[progress.syntax],
    elementSet: progress.elementSet,
  });
}

interface Asked {
  readonly search: Promise<SearchResponse>;
  readonly present: Promise<PresentResponse> | null;
}

async function exchange(association: Association, task: DatabaseTask, write: () => Asked) {
  const { trace } = task;
  trace.enter(association.granted === null ? 'init' : 'search');
  trace.roundTrip();
  const opening = association.granted === null;
  const { init, asked } = association.together(() => ({
    init: opening ? association.init() : null,
    asked: write(),
  }));
  // Whoever fails first is the one to report; the others fail with the same association.
  asked.search.catch(() => undefined);
  asked.present?.catch(() => undefined);
  if (init !== null) {
    await init;
    allowNames(association);
    trace.enter('search');
  }
  const response = await asked.search;
  return { response, presented: asked.present === null ? null : await asked.present };
}

async function openSerially(association: Association, task: DatabaseTask): Promise<void> {
  task.trace.enter('init');
  task.trace.roundTrip();
  await association.init();
  allowNames(association);
}

function allowNames(association: Association): void {
  const named = association.granted?.options.has('namedResultSets') ?? false;
  association.resultSets.allowNames(named);
}

/** Charset negotiation decides the bytes of terms, so its answer must be waited for. */
function mayPipeline(task: DatabaseTask): boolean {
  const { connector, learned } = task;
  return connector.pipeline && !learned.pipelineBroken && !connector.negotiateCharset;
}

function queryFor(association: Association, task: DatabaseTask, progress: Progress) {
  const { query, connector, database } = task;
  const { granted } = association;
  if (connector.repairs.includes('cql-query') && granted?.options.has('queryType104')) {
    const cql = cqlQuery(query, progress.wording);
    progress.simplified = cql.simplified;
    return cql.query;
  }
  const { rpn, simplified } = word(query, connector, progress.wording);
  progress.simplified = simplified;
  const charset = granted?.utf8 ? 'utf-8' : database.queryCharset;
  const needs101 =
    connector.repairs.includes('type-101') || (granted?.version === 2 && hasProximity(rpn.node));
  return wireQuery(rpn, charset, needs101 ? 'type-101' : 'type-1');
}

/** Has the set ordered where reader and library wish and can; true where the set was lost by it. */
async function sortSet(
  association: Association,
  task: DatabaseTask,
  progress: Progress,
  set: string,
): Promise<boolean> {
  const { sort, connector } = task;
  if (sort === null) return false;
  const key = connector.sorts[sort.key];
  const hits = progress.hits ?? 0;
  if (hits < 2) progress.sorted = true;
  const granted = association.granted?.options.has('sort') ?? false;
  if (hits < 2 || key === undefined || !granted || progress.sortRefused) return false;
  task.trace.enter('search');
  task.trace.roundTrip();
  const response = await association.ask(sortRequest(set, key, sort.descending));
  progress.sorted = response.sortStatus === 0;
  progress.sortRefused = !progress.sorted;
  return progress.sortRefused && setLost.includes(response.resultSetStatus ?? unchanged);
}

/** resultSetStatus of a Sort response: 1 empty, 3 unchanged, 4 none. */
const unchanged = 3;
const setLost: readonly number[] = [1, 4];
