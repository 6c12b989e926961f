import fc from 'fast-check';
import t from 'tap';
import { decodeIso2709, encodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import { withFieldsOnDemand } from '../../src/members/bytes-record.ts';
import type { SourceRecord } from '../../src/members/types.ts';
import { marcSourceRecord } from '../../src/protocols/records.ts';
import { putAway, recordsPerParcel } from '../../src/search/stacks.ts';
import type { View } from '../../src/search/types.ts';
import { cnmarcCatalogue, marc, marc21Catalogue } from '../support/catalogue.ts';
import { bib, sourceOf, testLibrary } from '../support/connectors.ts';
import { books, consortium, view } from '../support/searches.ts';

const library = testLibrary('lib');
const usmarc = '1.2.840.10003.5.10';

/** A record as it comes over the wire. */
function received(
  fields: readonly string[],
  position: number,
  items: Parameters<typeof marcSourceRecord>[2]['items'] = [],
): SourceRecord {
  const raw = encodeIso2709(marc('00000nam a2200000 a 4500', fields), 'utf-8');
  const decoded = decodeIso2709(raw, { charset: 'auto', dialect: 'auto' });
  const origin = { position, localId: null, syntax: usmarc, dialect: 'auto' as const, items };
  return marcSourceRecord(library, decoded, origin);
}

/** Everything that can be read of a record. */
function wholeOf(source: SourceRecord) {
  const { library: of, localId, position, record, marc: fields, syntax, charset } = source;
  const raw = Buffer.from(source.raw).toString('hex');
  return { of, localId, position, record, fields, syntax, charset, raw, warnings: source.warnings };
}

t.test('records that were put away are the very same when they come back', async (t) => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .map((word) => word.replaceAll(/[\p{Cc}$]/gu, 'x'));
  const records = fc.array(
    fc.record({
      id: fc.option(fc.stringMatching(/^[a-z0-9]{1,8}$/)),
      title: text,
      author: text,
      note: text,
    }),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(records, (all) => {
      const sources = all.map(({ id, title, author, note }, at) =>
        received(
          [
            ...(id === null ? [] : [`001 ${id}`]),
            `245 10$a${title} /$c${author}.`,
            `520   $a${note}`,
            `852   $aLIB$bMAIN$h${note}`,
          ],
          at + 1,
        ),
      );
      t.same(putAway(sources).open().map(wholeOf), sources.map(wholeOf));
    }),
    { numRuns: 60 },
  );
  const catalogue = [...marc21Catalogue(30), ...cnmarcCatalogue(30)].map((record, at) => {
    const decoded = decodeIso2709(encodeIso2709(record, 'utf-8'), { charset: 'auto' });
    const origin = { position: at + 1, localId: null, syntax: usmarc, dialect: 'auto' as const };
    return marcSourceRecord(library, decoded, { ...origin, items: [] });
  });
  const parcel = putAway(catalogue);
  t.same(parcel.open().map(wholeOf), catalogue.map(wholeOf));
  t.ok(parcel.bytes < 20_000, 'and take little room meanwhile');
});

t.test('so are those whose bytes do not say everything', async (t) => {
  const item = { callNumber: 'TQ016/58', barcode: '1', status: 'available' };
  const copies = [item] as unknown as SourceRecord['record']['items'];
  const beside = received(['001 7', '245 10$aWith copies'], 3, copies);
  const made = sourceOf('lib', 4, bib({ title: '无字段', year: 1999 }));
  const kept: SourceRecord = {
    ...sourceOf('lib', 5, bib({ title: '有字段' })),
    marc: marc('00000nam a2200000 a 4500', ['245 10$a有字段']),
    warnings: ['a guess'],
  };
  const far = withFieldsOnDemand(received(['245 10$aUnnumbered'], 6), { fields: () => null });
  const sources = [beside, made, kept, far];
  t.same(putAway(sources).open().map(wholeOf), sources.map(wholeOf));
});

t.test('the same records stand in one parcel, however many put them away', async (t) => {
  const make = () => Array.from({ length: 5 }, (_, at) => received([`001 ${at}`], at + 1));
  const one = putAway(make());
  t.equal(putAway(make()), one);
  t.not(putAway(make().reverse()), one);
});

const views: readonly View[] = [
  view,
  { ...view, page: 2, sort: 'title' },
  { ...view, filters: [{ name: 'library', value: 'b' }], sort: '-year' },
];

t.test('a search that slept shows what it showed before, and goes on from there', async (t) => {
  const many = books(400);
  const { clock, engine, request } = consortium({
    a: { behaviour: { books: many }, limits: { pageSize: recordsPerParcel + 30 } },
    b: { behaviour: { books: [...books(4), ...books(8, '物理')] } },
    c: { behaviour: { books: [books(1)[0], books(1)[0]].flatMap((book) => book ?? []) } },
  });
  const soon = async <T>(work: Promise<T>) => (await Promise.all([work, clock.advance(0)]))[0];
  const search = engine.start(request());
  await clock.advance(1);
  const before = views.map((each) => search.answer(each));
  const own = await soon(search.libraryList('a', 2));
  t.equal(engine.load().asleep, 0);
  await clock.advance(11_000);
  t.equal(engine.load().asleep, 1);
  t.same(
    views.map((each) => search.answer(each)),
    before,
  );
  t.equal(engine.load().asleep, 0, 'it was woken by its reader');
  await clock.advance(11_000);
  t.equal(await soon(engine.find(search.id)), search);
  t.equal(engine.load().asleep, 0, 'who comes for it has it awake');

  await clock.advance(11_000);
  t.equal(engine.load().asleep, 1, 'and slept again');
  t.same(await soon(search.libraryList('a', 2)), own);
  await clock.advance(11_000);
  await soon(search.deepen({ ...view, page: 10 }));
  await clock.advance(1);
  const deeper = search.answer({ ...view, size: 100 });
  t.equal(deeper.libraries[0]?.fetched, 260);
  const lines = [1, 2, 3].flatMap((page) => search.answer({ ...view, page, size: 100 }).records);
  t.equal(new Set(lines.map(({ id }) => id)).size, lines.length, 'no record is taken twice');
  t.ok(before[0]?.records.every(({ id }) => lines.some((line) => line.id === id)));

  await clock.advance(11_000);
  t.equal(engine.load().asleep, 1);
  const events: string[] = [];
  const reading = (async () => {
    for await (const { event } of search.events(0, view, new AbortController().signal)) {
      events.push(event);
    }
  })();
  await clock.advance(10);
  await reading;
  t.equal(events.at(-1), 'done');
  t.equal(events.filter((event) => event === 'library').length, 3);
});

t.test('no search sleeps while somebody watches, and in a crowd they sleep sooner', async (t) => {
  const { clock, engine, request } = consortium(
    { a: { behaviour: { books: books(20) } } },
    { maxAwakeBytes: 1 },
  );
  const watched = engine.start(request());
  const leave = watched.watch();
  await clock.advance(60_000);
  t.equal(engine.load().asleep, 0);
  leave();
  await clock.advance(2000);
  t.equal(engine.load().asleep, 0, 'its time begins when it is read');
  watched.answer(view);
  await clock.advance(900);
  t.equal(engine.load().asleep, 0);
  await clock.advance(200);
  t.equal(engine.load().asleep, 1);
});

t.test(
  'searches that sleep keep their place beside one whose records are still awake',
  async (t) => {
    const { clock, engine, request } = consortium(
      { a: { behaviour: { books: books(20) } } },
      // Awake, twenty records are estimated at 60,000 bytes and more.
      { maxSearchBytes: 45_000 },
    );
    const first = engine.start(request());
    await clock.advance(20_000);
    t.equal(engine.load().asleep, 1);
    const second = engine.start(request());
    await clock.advance(100);
    t.equal(engine.load().asleep, 1);
    t.equal(engine.get(first.id), first);
    t.equal(engine.get(second.id), second);
  },
);
