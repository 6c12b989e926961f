import t from 'tap';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { flushPrefix, newPrefix, withoutRedis } from '../support/redis.ts';
import { type Balancer, startBalancer } from '../support/round-robin.ts';
import {
  type Door,
  doorAt,
  searchSuite,
  suiteBehaviours,
  suiteLibraries,
} from '../support/search-suite.ts';
import { openTestCache } from '../support/shared-cache.ts';

const skip = await withoutRedis();

interface Pair {
  readonly gateways: readonly [TestGateway, TestGateway];
  /** The doors of the two, and of the balancer before them. */
  readonly one: Door;
  readonly two: Door;
  readonly both: Door;
  readonly balancer: Balancer;
}

/** Two gateways with one Redis, each with its own memory, behind a balancer. */
async function startPair(t: Pick<typeof import('tap').t, 'teardown'>): Promise<Pair> {
  const prefix = newPrefix();
  const start = async () => {
    const cache = await openTestCache(prefix);
    const gateway = await startTestGateway(suiteLibraries, suiteBehaviours, cache);
    const address = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
    t.teardown(async () => {
      await gateway.close();
      await cache.close();
    });
    return { gateway, address };
  };
  t.teardown(() => flushPrefix(prefix));
  const a = await start();
  const b = await start();
  const balancer = await startBalancer([a.address, b.address]);
  t.teardown(() => balancer.close());
  return {
    gateways: [a.gateway, b.gateway],
    one: doorAt(a.address),
    two: doorAt(b.address),
    both: doorAt(balancer.address),
    balancer,
  };
}

t.test('two gateways behind a balancer pass the suite of one', { skip }, async (t) => {
  const { both } = await startPair(t);
  searchSuite(t, both);
});

t.test('the same with the gateways in the other order', { skip }, async (t) => {
  const { both, balancer } = await startPair(t);
  balancer.targets = balancer.targets.toReversed();
  searchSuite(t, both);
});

t.test('a search begun at one gateway is the same search at the other', { skip }, async (t) => {
  const { one, two } = await startPair(t);
  const url = '/api/v1/search?q=化学工程&wait=300&sort=year';
  const first = (await one.ask('GET', url)).json();
  const again = (await two.ask('GET', `/api/v1/search/${first.id}?sort=year`)).json();
  const { elapsedMs: _a, libraries: firstLibraries, ...rest } = first;
  const { elapsedMs: _b, libraries: againLibraries, ...same } = again;
  t.same(same, rest, 'state, records, counts and facets');
  t.same(
    againLibraries.map(({ id, state, hits, fetched }: Record<string, unknown>) => [
      id,
      state,
      hits,
      fetched,
    ]),
    firstLibraries.map(({ id, state, hits, fetched }: Record<string, unknown>) => [
      id,
      state,
      hits,
      fetched,
    ]),
  );
  t.equal(again.state, 'closed');
  const page = (await two.ask('GET', `/api/v1/search/${first.id}?page=2&size=1`)).json();
  t.equal(page.records.length, 1);
  const own = await two.ask('GET', `/api/v1/search/${first.id}/libraries/lib2`);
  t.match(own.json(), { hits: 2, records: [{}, {}] });
  t.equal((await two.ask('GET', `/api/v1/records/${first.records[1].id}`)).status, 200);
  t.equal((await two.ask('GET', '/api/v1/search/s_unknown')).status, 404);
  t.equal((await two.ask('DELETE', '/api/v1/search/s_unknown')).status, 404);
});

t.test('a search at work elsewhere is followed, stopped and tried again', { skip }, async (t) => {
  const { one, two } = await startPair(t);
  const begin = '/api/v1/search?q=化学&libraries=lib1,lib3,lib4&answer=now&wait=20000';
  const { id } = (await one.ask('GET', begin)).json();
  const running = (await two.ask('GET', `/api/v1/search/${id}?wait=300`)).json();
  t.equal(running.state, 'running');
  t.equal(running.libraries[0].state, 'answered', 'with what has come');
  t.equal((await two.ask('DELETE', `/api/v1/search/${id}`)).status, 204);
  for (const door of [one, two, one]) {
    const stopped = (await door.ask('GET', `/api/v1/search/${id}?wait=2000`)).json();
    t.equal(stopped.libraries[0].state, 'answered');
    t.equal(stopped.libraries[1].state, 'unreachable');
    t.equal(stopped.libraries[2].state, 'stopped');
  }
  const retried = await two.ask('POST', `/api/v1/search/${id}/retry?library=lib4`);
  t.same(retried.json(), { asked: ['lib4'] });
  const again = (await one.ask('GET', `/api/v1/search/${id}`)).json();
  t.equal(again.state, 'running', 'the other gateway knows of the retry');
  t.equal(again.libraries[2].state, 'asking');
  await one.ask('DELETE', `/api/v1/search/${id}`);
  const over = (await two.ask('GET', `/api/v1/search/${id}?wait=2000`)).json();
  t.equal(over.libraries[2].state, 'stopped');
});

t.test('a stream cut at one gateway goes on at the other with the whole', { skip }, async (t) => {
  const { one, two } = await startPair(t);
  const first = (await one.ask('GET', '/api/v1/search?q=化学&libraries=lib1,lib2,lib3')).json();
  const accept = 'application/x-ndjson';
  const read = async (door: Door, headers: Record<string, string>) =>
    (await door.ask('GET', `/api/v1/search/${first.id}`, { headers: { accept, ...headers } })).body
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const whole = await read(one, {});
  const lastId = String(whole.at(-1).id);
  const resumed = await read(two, { 'last-event-id': lastId });
  const names = (events: { event: string }[]) => [...new Set(events.map(({ event }) => event))];
  t.same(names(resumed), ['library', 'records', 'facets', 'done']);
  const linesOf = (events: { event: string; data: { records: { id: string }[] } }[]) =>
    events
      .filter(({ event }) => event === 'records')
      .flatMap(({ data }) => data.records.map((record) => record.id));
  t.same(linesOf(resumed), linesOf(whole));
  t.same(await read(two, { 'last-event-id': String(resumed.at(-1).id) }), [], 'and no more');
  t.same(
    linesOf(await read(one, { 'last-event-id': String(resumed.at(-1).id) })),
    linesOf(whole),
    'back at the first it begins anew',
  );
});

t.test('a gateway that goes away in the middle loses no search', { skip }, async (t) => {
  const { gateways, one, two } = await startPair(t);
  const begin = '/api/v1/search?q=化学&libraries=lib1,lib2,lib4&answer=first&wait=1000';
  const { id } = (await one.ask('GET', begin)).json();
  await gateways[0].close();
  const rest = (await two.ask('GET', `/api/v1/search/${id}?wait=3000`)).json();
  t.match(rest, {
    state: 'closed',
    libraries: [{ state: 'answered' }, { state: 'answered' }, { state: 'timed_out' }],
  });
});

t.test('a stream under way is read to its end while its gateway stops', { skip }, async (t) => {
  const { gateways, one } = await startPair(t);
  const url = `${one.address}/api/v1/search?q=化学&libraries=lib1,lib4&wait=1500`;
  const answer = await fetch(url, { headers: { accept: 'application/x-ndjson' } });
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  t.ok(first?.value, 'it has begun');
  const closing = gateways[0].close();
  let text = Buffer.from(first?.value ?? []).toString();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) break;
    text += Buffer.from(part.value).toString();
  }
  t.match(text, /"event":"done"/);
  t.match(text, /"state":"timed_out"/);
  await closing;
});
