import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { createGateway } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { printDocument } from '../../src/probe/index.ts';
import { unhurried } from './unhurried.ts';

export interface ReloadWish {
  /** Libraries that answer on loopback: the first half become files, the others are registered. */
  readonly documents: readonly LibraryInput[];
  /** An empty folder. */
  readonly folder: string;
  /** The gateway's data folder, where its database is there already. */
  readonly data?: string;
  readonly clients: number;
  readonly changes: number;
  /** Milliseconds between one change and the next. */
  readonly everyMs: number;
  /** A page of ten lines that the libraries have to be asked for again. */
  readonly page: number;
  /** What the n-th search looks for; each is asked of the libraries themselves. */
  readonly query: (n: number) => string;
}

export interface ReloadReport {
  readonly searches: number;
  /** Later pages of searches that were begun before a change. */
  readonly pages: number;
  readonly asks: number;
  /** What went wrong: a status, or the library with its state and cause. */
  readonly failures: readonly string[];
  readonly changed: { readonly files: number; readonly registered: number };
  /** Changes after which the gateway showed another entry than was written last. */
  readonly unseen: readonly string[];
  readonly ms: readonly number[];
}

interface Answer {
  readonly id: string;
  readonly libraries: readonly { id: string; state: string; cause: string | null }[];
}

const token = 'token-of-the-reload';
const answered = new Set(['answered', 'answered_estimate', 'empty']);
/** Files are read once a burst of changes has settled. */
const settleMs = 5000;

/** Searches without a break while documents change, half of them by file and half through the API. */
export async function reloadUnderLoad(wish: ReloadWish): Promise<ReloadReport> {
  const half = Math.ceil(wish.documents.length / 2);
  const files = wish.documents.slice(0, half);
  const registered = wish.documents.slice(half);
  const connectors = join(wish.folder, 'connectors');
  await mkdir(connectors, { recursive: true });
  const writeDocument = (document: LibraryInput) =>
    writeFile(join(connectors, `${document.id}.yaml`), printDocument(document));
  for (const document of files) await writeDocument(document);
  const gateway = await startGateway(wish.data ?? join(wish.folder, 'data'), connectors);
  try {
    const { address } = gateway;
    for (const document of registered) await send(address, 'POST', '/libraries', document);
    const ids = wish.documents.map(({ id }) => id);
    const load = startLoad(address, ids, wish);
    const last = new Map<string, string>();
    for (let change = 0; change < wish.changes; change++) {
      await delay(wish.everyMs);
      const document = changed(wish.documents[change % ids.length] as LibraryInput, change);
      last.set(document.id, document.aliases?.[0] ?? '');
      if (files.some(({ id }) => id === document.id)) await writeDocument(document);
      else await replace(address, document);
    }
    const unseen = await unseenOf(address, last);
    const byFile = [...Array(wish.changes).keys()].filter((at) => at % ids.length < half).length;
    return {
      ...(await load.stop()),
      changed: { files: byFile, registered: wish.changes - byFile },
      unseen,
    };
  } finally {
    await gateway.close();
  }
}

async function startGateway(data: string, connectors: string) {
  const environment = { GUANJI_ADMIN_TOKEN: token, LOG_LEVEL: 'silent' };
  const settings = unhurried(await readSettings(environment));
  const gateway = await createGateway(
    {
      ...settings,
      connectors,
      data,
      loans: { ...settings.loans, enabled: false },
      egress: { ...settings.egress, allow: ['127.0.0.0/8:1024-65535'] },
    },
    environment,
    null,
    pino({ level: 'silent' }),
  );
  await gateway.ready;
  await gateway.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = gateway.server.server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/api/v1`, close: () => gateway.close() };
}

/** The same library at the same address, with a connector of its own: another page size, another name. */
function changed(document: LibraryInput, change: number): LibraryInput {
  const limits = { ...document.connector.limits, pageSize: 10 + (change % 11) };
  const connector = { ...document.connector, limits } as LibraryInput['connector'];
  return { ...document, aliases: [`第${change}次改动`], connector };
}

async function send(
  address: string,
  method: string,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await fetch(`${address}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

async function replace(address: string, document: LibraryInput): Promise<void> {
  const path = `/libraries/${document.id}`;
  const { headers } = await fetch(`${address}${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await send(address, 'PUT', path, document, { 'if-match': headers.get('etag') ?? '' });
}

/** Waits until each entry is the one written last, or until it surely should be. */
async function unseenOf(address: string, last: ReadonlyMap<string, string>): Promise<string[]> {
  const end = performance.now() + settleMs;
  const wrong = new Set(last.keys());
  while (wrong.size > 0) {
    for (const id of [...wrong]) {
      const entry = (await (await fetch(`${address}/libraries/${id}`)).json()) as {
        aliases: string[];
      };
      if (entry.aliases[0] === last.get(id)) wrong.delete(id);
    }
    if (performance.now() > end) break;
    await delay(100);
  }
  return [...wrong];
}

function startLoad(address: string, ids: readonly string[], wish: ReloadWish) {
  let going = true;
  let count = 0;
  const report = { searches: 0, pages: 0, asks: 0, failures: [] as string[], ms: [] as number[] };
  const take = async (url: string, what: string): Promise<Answer | null> => {
    const answer = await fetch(url, { headers: { 'cache-control': 'no-cache' } });
    if (answer.status !== 200) {
      report.failures.push(`${what}: ${answer.status} ${await answer.text()}`);
      return null;
    }
    const body = (await answer.json()) as Answer;
    report.asks += body.libraries.length;
    for (const { id, state, cause } of body.libraries) {
      if (!answered.has(state)) report.failures.push(`${what}: ${id} ${state} ${cause}`);
    }
    return body;
  };
  const client = async () => {
    while (going) {
      const began = performance.now();
      const query = encodeURIComponent(wish.query(count++));
      const url = `${address}/search?q=${query}&libraries=${ids.join(',')}&wait=60000`;
      const search = await take(url, 'search');
      report.searches += 1;
      report.ms.push(performance.now() - began);
      if (search === null) continue;
      // A reader reads a while, and goes on to a later page.
      await delay(wish.everyMs * 2);
      if (
        await take(`${address}/search/${search.id}?page=${wish.page}&size=10&wait=30000`, 'page')
      ) {
        report.pages += 1;
      }
    }
  };
  const clients = Promise.all(Array.from({ length: wish.clients }, client));
  return {
    async stop() {
      going = false;
      await clients;
      return report;
    },
  };
}
