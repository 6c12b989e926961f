import { pino } from 'pino';
import { createFederation, type Federation } from '../app.ts';
import { readSettings } from '../config.ts';
import { selectLibraries } from '../members/selection.ts';
import { wholeBody } from '../protocols/answers/bytes.ts';
import type { Egress } from '../protocols/types.ts';
import { checkIndexes, parseReaderQuery } from '../query/index.ts';
import { type IndexName, indexNames } from '../query/types.ts';
import type { LibraryAnswer, SearchAnswer, SearchEvent, View } from '../search/types.ts';
import { startDemonstration } from './demonstration.ts';
import { InputError } from './errors.ts';
import { oneOf } from './input.ts';
import { printJson } from './output.ts';
import { addressAt, egressTo } from './remote.ts';
import { coloured, padded, safeText } from './terminal.ts';

export interface SearchOptions {
  readonly libraries?: string;
  readonly index?: string;
  readonly json?: boolean;
  readonly url?: string;
  readonly wait?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
type NameOf = (id: string) => string;

/** `guanji search`: one line per library as it answers, then the merged list. */
export async function searchCommand(
  query: string,
  options: SearchOptions,
  environment: Environment,
): Promise<number> {
  const answer = options.url
    ? await searchServer(query, options, options.url)
    : await searchDirectly(query, options, environment);
  if (options.json) await printJson(answer);
  else printList(answer);
  const answered = answer.libraries.some(({ state }) =>
    ['answered', 'answered_estimate', 'empty', 'partial'].includes(state),
  );
  return answered ? 0 : 1;
}

const view: View = { page: 1, size: 20, sort: 'relevance', filters: [], timings: false };

async function searchDirectly(
  query: string,
  options: SearchOptions,
  environment: Environment,
): Promise<SearchAnswer> {
  const settings = await readSettings(environment);
  const logger = pino({ level: 'silent' });
  const demonstration = settings.connectors === null ? await startDemonstration() : null;
  const federation = await createFederation(settings, environment, demonstration, logger);
  try {
    return await run(federation, query, options, settings.search.waitMs);
  } finally {
    await federation.close();
    await demonstration?.close();
  }
}

async function run(
  federation: Federation,
  text: string,
  options: SearchOptions,
  defaultWaitMs: number,
): Promise<SearchAnswer> {
  const { query, cql } = parsed(text, options.index);
  const chosen = options.libraries?.split(',').map((id) => id.trim()) ?? null;
  const selected = selectLibraries(chosen, federation.directory, federation.selection);
  if ('problems' in selected) {
    throw new InputError(selected.problems.map(({ message }) => message).join('; '));
  }
  const search = federation.engine.start({
    query,
    cql,
    libraries: selected.ids,
    sort: view.sort,
    waitMs: waitOf(options, defaultWaitMs),
    refresh: false,
  });
  const nameOf: NameOf = (id) => federation.directory.get(id)?.library.name.zh ?? id;
  const width = Math.max(...selected.ids.map((id) => nameOf(id).length * 2));
  for await (const event of search.events(0, view, new AbortController().signal)) {
    if (!options.json) printProgress(event, nameOf, width);
  }
  return search.answer(view);
}

function parsed(text: string, index = 'any') {
  const known = oneOf<IndexName>('--index', index, indexNames);
  const result = parseReaderQuery(text, { syntax: 'auto', index: known });
  const unknown = checkIndexes(result.query);
  if (unknown !== null) throw new InputError(`${unknown.index} is not a known index`);
  return result;
}

function waitOf(options: SearchOptions, otherwise: number): number {
  if (options.wait === undefined) return otherwise;
  if (/^[0-9]{1,5}$/.test(options.wait)) return Number(options.wait);
  throw new InputError('--wait must be a whole number of milliseconds up to 60000');
}

/** Reads the same events from a running gateway. */
async function searchServer(
  query: string,
  options: SearchOptions,
  server: string,
): Promise<SearchAnswer> {
  const address = addressAt(server, '/search');
  address.searchParams.set('q', query);
  for (const name of ['libraries', 'index', 'wait'] as const) {
    if (options[name] !== undefined) address.searchParams.set(name, options[name]);
  }
  const egress = egressTo(address);
  try {
    return await readServer(egress, address, options);
  } finally {
    await egress.close();
  }
}

async function readServer(
  egress: Egress,
  address: URL,
  options: SearchOptions,
): Promise<SearchAnswer> {
  const signal = AbortSignal.timeout(75_000);
  const answer = await egress.request(
    {
      url: address,
      method: 'GET',
      headers: { accept: 'application/x-ndjson' },
      body: null,
      connections: 1,
    },
    { signal, deadline: performance.now() + 75_000 },
  );
  let rest = '';
  let done: SearchAnswer | null = null;
  const decoder = new TextDecoder();
  const records = new Map<string, SearchAnswer['records'][number]>();
  for await (const chunk of answer.body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((text) => text !== '')) {
      const event = JSON.parse(line) as SearchEvent;
      if (!options.json) printProgress(event, (id) => id, 24);
      if (event.event === 'records')
        for (const record of event.data.records) records.set(record.id, record);
      if (event.event === 'done') done = { ...event.data, records: [] };
    }
  }
  if (answer.status !== 200) throw new InputError(`${address.host} answers: ${rest.slice(0, 500)}`);
  if (done === null) throw new Error(`${address.host} closed the stream early`);
  const id = done.id;
  const again = new URL(`/api/v1/search/${id}`, address);
  const final = await egress.request(
    {
      url: again,
      method: 'GET',
      headers: { accept: 'application/json' },
      body: null,
      connections: 1,
    },
    { signal, deadline: performance.now() + 10_000 },
  );
  return JSON.parse(Buffer.from(await wholeBody(final.body)).toString('utf8')) as SearchAnswer;
}

function printProgress(event: SearchEvent, nameOf: NameOf, width: number): void {
  if (event.event !== 'library') return;
  const library: LibraryAnswer = event.data;
  if (library.state === 'asking' || library.state === 'slow') return;
  const good = ['answered', 'answered_estimate', 'empty', 'partial'].includes(library.state);
  const out = process.stdout;
  const seconds = `${(library.elapsedMs / 1000).toFixed(2)} s`;
  const words = coloured(library.message.zh, good ? 'good' : 'failed', out);
  const cause = library.cause ? coloured(` [${library.cause}]`, 'quiet', out) : '';
  out.write(
    `${padded(safeText(nameOf(library.id)), width)}  ${seconds.padStart(7)}  ${words}${cause}\n`,
  );
}

function printList(answer: SearchAnswer): void {
  const out = process.stdout;
  out.write(`\n${answer.total} / ${answer.hitsSum}  ${safeText(answer.query.cql)}\n`);
  answer.records.forEach((record, position) => {
    const parts = [record.partNumber, record.partName].filter((part) => part !== null).join(' ');
    const title = safeText([record.title, parts].filter((part) => part !== '').join(' '));
    const facts = [record.responsibility, record.edition, record.publisher, record.date]
      .filter((part) => part !== null)
      .join(' · ');
    const holders = record.holdings.map(({ library, callNumber }) =>
      callNumber ? `${library} ${callNumber}` : library,
    );
    out.write(`\n${String(position + 1).padStart(3)}. ${title}\n`);
    if (facts) out.write(`     ${coloured(safeText(facts), 'quiet', out)}\n`);
    out.write(`     ${safeText(holders.join(', '))}\n`);
  });
}
