import sharp from 'sharp';
import t from 'tap';
import type { Actor } from '../../../src/loans/actor.ts';
import { LoanError } from '../../../src/loans/errors.ts';
import {
  addCard,
  cardOfReader,
  issueCard,
  listCards,
  returnCard,
} from '../../../src/loans/pickup/cards.ts';
import {
  askPickup,
  decidePickup,
  deletePhoto,
  endPickup,
  enrolmentOf,
  photoJobHandlers,
  pickupQueue,
  putPhoto,
} from '../../../src/loans/pickup/enrolment.ts';
import { makePass, verifyPass } from '../../../src/loans/pickup/pass.ts';
import { checkPhoto, maxPhotoBytes } from '../../../src/loans/pickup/photo.ts';
import { viewPhoto } from '../../../src/loans/pickup/photo-views.ts';
import { createJobRunner } from '../../../src/store/jobs.ts';
import { eachDatabase } from '../../support/database.ts';
import { type LoanWorld, loanWorld } from '../../support/loans.ts';

const face = await sharp({
  create: { width: 900, height: 1200, channels: 3, background: { r: 200, g: 160, b: 140 } },
})
  .withExif({ IFD0: { Artist: 'somebody', ImageDescription: 'at home' } })
  .jpeg()
  .toBuffer();

async function code(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof LoanError) return `${error.code} ${error.rule ?? ''}`.trim();
      throw error;
    },
  );
}

t.test('a photo is made anew: upright, small, and without what the file told', async (t) => {
  t.match(String(face.includes('somebody')), 'true');
  const photo = await checkPhoto(face);
  const metadata = await sharp(photo.jpeg).metadata();
  t.match(metadata, { format: 'jpeg', width: 600, height: 800 });
  t.equal(metadata.exif, undefined);
  t.notOk(photo.jpeg.includes('somebody'));
});

t.test('a photo that is too large, too small or none at all is refused', async (t) => {
  t.equal(await code(checkPhoto(new Uint8Array(501 * 1024))), 'invalid account.photo.maxBytes');
  t.equal(await code(checkPhoto(new Uint8Array(maxPhotoBytes - 1))), 'invalid account.photo.type');
  t.equal(
    await code(checkPhoto(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))),
    'invalid account.photo.type',
  );
  t.equal(await code(checkPhoto(face.subarray(0, 400))), 'invalid account.photo.type');
  const tiny = await sharp({ create: { width: 50, height: 50, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  t.equal(await code(checkPhoto(tiny)), 'invalid account.photo.size');
  const bomb = await sharp({
    create: { width: 6000, height: 6000, channels: 3, background: 'red' },
  })
    .png()
    .toBuffer();
  t.ok(bomb.byteLength < maxPhotoBytes);
  t.equal(await code(checkPhoto(bomb)), 'invalid account.photo.type');
});

async function enrolled(world: LoanWorld): Promise<Actor> {
  const reader = await world.reader();
  const { context, database } = world;
  await putPhoto(context, reader, face, true);
  const consent = { consent: true, consentText: '同意自取卡管理规定' };
  await database.transaction((tx) => askPickup(context, tx, reader, consent));
  const clerk = world.staff('home', 'desk_clerk');
  await database.transaction((tx) =>
    decidePickup(context, tx, clerk, reader.id, { approve: true, documents: '学生证、校园卡' }),
  );
  return reader;
}

eachDatabase(
  'self pick-up is enrolled for with photo and consent, and approved with papers seen',
  async (t, database) => {
    const world = await loanWorld(database);
    const { context } = world;
    const reader = await world.reader();
    const clerk = world.staff('home', 'desk_clerk');
    const consent = { consent: true, consentText: '同意' };
    const ask = (with_ = consent) =>
      database.transaction((tx) => askPickup(context, tx, reader, with_));
    t.equal(await code(ask()), 'refused pickup.photo');
    t.equal(await code(putPhoto(context, reader, face, false)), 'refused pickup.consent');
    await putPhoto(context, reader, face, true);
    t.equal(await code(ask({ ...consent, consent: false })), 'refused pickup.consent');
    t.match(await ask(), { state: 'asked' });
    t.equal(await code(world.submit(reader, { delivery: 'pickup' })), 'invalid pickup.enrolled');
    t.match(await pickupQueue(database.db, clerk, 'home'), [{ reader: reader.id }]);
    const decide = (actor: Actor, documents: string) =>
      database.transaction((tx) =>
        decidePickup(context, tx, actor, reader.id, { approve: true, documents }),
      );
    t.equal(await code(decide(world.staff('chem', 'desk_lead'), '学生证')), 'not_found');
    t.equal(await code(decide(clerk, ' ')), 'invalid');
    t.match(await decide(clerk, '学生证'), { state: 'approved', documents: '学生证' });
    t.equal(await code(decide(clerk, '学生证')), 'not_open pickup.asked');
    await putPhoto(context, reader, face, true);
    t.match(
      await enrolmentOf(database.db, reader.id),
      { state: 'asked' },
      'a new photo is looked at anew',
    );
  },
);

eachDatabase(
  'a book is collected at the lender with card and pass, and brought back',
  async (t, database) => {
    const world = await loanWorld(database);
    const { context } = world;
    const reader = await enrolled(world);
    const home = world.staff('home', 'desk_clerk');
    const lender = world.staff('chem', 'desk_clerk');
    const { number } = await world.submit(reader, { delivery: 'pickup' });
    const cards = ['K-1', 'K-2'];
    for (const card of cards) {
      await database.transaction((tx) =>
        addCard(context, tx, world.staff('home', 'desk_lead'), card),
      );
    }
    const issue = (card: string, request: string) =>
      database.transaction((tx) =>
        issueCard(context, tx, home, { card, request, version: null, document: '校园卡' }),
      );
    t.equal(await code(issue('K-1', number)), 'not_open card.promised');
    await world.act(lender, number, 'promise');
    t.match(await world.state(number), { state: 'PROMISED', leg: 'PICKUP_WAIT' });
    t.equal(await code(world.act(home, number, 'open_pickup')), 'not_open pickup.card');
    await issue('K-1', number);
    t.match(await world.state(number), { state: 'PICKUP_OPEN' });
    t.match(await cardOfReader(database.db, reader), {
      card: 'K-1',
      request: number,
      lender: 'chem',
    });
    await world.act(reader, number, 'agree_visit', { visitAt: '2026-11-20T02:00:00Z' });

    const pass = await makePass(context, database.db, reader, number);
    const verify = (actor: Actor, token = pass.token) =>
      database.transaction((tx) => verifyPass(context, tx, actor, token));
    t.match(await verify(lender), {
      request: number,
      readerName: '张三',
      card: 'K-1',
      hasPhoto: true,
    });
    t.equal(await code(verify(world.staff('arts', 'desk_clerk'))), 'refused pickup.pass');
    const [body = '', signature = ''] = pass.token.split('.');
    const forged = Buffer.from(body, 'base64url').toString().replace('chem', 'arts');
    t.equal(
      await code(
        verify(
          world.staff('arts', 'desk_clerk'),
          `${Buffer.from(forged).toString('base64url')}.${signature}`,
        ),
      ),
      'refused pickup.pass',
    );
    for (const odd of ['', '.', 'a.b.c', 'x'.repeat(2000)])
      t.equal(await code(verify(lender, odd)), 'refused pickup.pass');

    const look = (actor: Actor) =>
      database.transaction((tx) => viewPhoto(context, tx, actor, reader.id));
    t.ok((await look(lender)).jpeg.length > 100, 'the lender sees the face of its visitor');
    t.equal(await code(look(world.staff('arts', 'desk_lead'))), 'not_found');
    t.equal(await code(look(await world.reader())), 'not_found');
    t.equal(await code(look(world.staff('home', 'auditor'))), 'not_found');
    const views = await database.db
      .selectFrom('audit')
      .select(['trail', 'after'])
      .where('action', '=', 'photo.view')
      .execute();
    t.match(views, [{ trail: 'chem', after: { purpose: 'visit' } }], 'every look is written down');

    await world.act(lender, number, 'lend_direct', { barcodes: ['C1'] });
    t.match(await world.state(number), { state: 'ON_LOAN', leg: 'LENT_DIRECT' });
    const request = await database.db
      .selectFrom('loan_requests')
      .select('due_date')
      .executeTakeFirstOrThrow();
    t.equal(request.due_date, '2026-12-18');
    await world.act(lender, number, 'check_in');
    t.match(await world.state(number), { state: 'COMPLETED', leg: 'LOAN_COMPLETED' });
    t.equal(
      await code(verify(lender)),
      'refused pickup.pass',
      'the pass is worth nothing afterwards',
    );
    t.equal(await code(makePass(context, database.db, reader, number)), 'not_found');
    t.match(await listCards(context, database.db, home, 'home'), [
      { number: 'K-1', state: 'out' },
      { number: 'K-2', state: 'stock' },
    ]);
    await database.transaction((tx) => returnCard(context, tx, home, 'K-1'));
    t.equal(
      await code(database.transaction((tx) => returnCard(context, tx, home, 'K-1'))),
      'not_found',
    );
  },
);

eachDatabase(
  'a card is in one hand only, whoever lends it out at the same moment',
  async (t, database) => {
    const world = await loanWorld(database);
    const { context } = world;
    const lender = world.staff('chem', 'desk_clerk');
    const home = world.staff('home', 'desk_clerk');
    await database.transaction((tx) =>
      addCard(context, tx, world.staff('home', 'desk_lead'), 'K-1'),
    );
    const numbers: string[] = [];
    for (let n = 0; n < 2; n++) {
      const { number } = await world.submit(await enrolled(world), { delivery: 'pickup' });
      await world.act(lender, number, 'promise');
      numbers.push(number);
    }
    const results = await Promise.all(
      numbers.map((request) =>
        code(
          database.transaction((tx) =>
            issueCard(context, tx, home, {
              card: 'K-1',
              request,
              version: null,
              document: '学生证',
            }),
          ),
        ),
      ),
    );
    t.same(results.toSorted(), ['done', 'taken card.oneHolder']);
  },
);

eachDatabase(
  'a visit that never comes ends in time, and a photo goes when the service has ended',
  async (t, database) => {
    const world = await loanWorld(database);
    const { context } = world;
    const reader = await enrolled(world);
    const { number } = await world.submit(reader, { delivery: 'pickup' });
    await world.act(world.staff('chem', 'desk_clerk'), number, 'promise');
    const end = () => database.transaction((tx) => endPickup(context, tx, reader));
    t.equal(await code(end()), 'refused pickup.open');
    await world.advance({ days: 12 });
    t.match(await world.state(number), { state: 'EXPIRED', leg: 'EXPIRED' });
    t.same(await database.db.selectFrom('reader_slots').selectAll().execute(), []);
    const ended = await end();
    t.match(ended, { state: 'ended' });
    const runner = createJobRunner({
      database,
      clock: context.clock,
      handlers: photoJobHandlers(context),
    });
    world.setClock(new Date(world.now().getTime() + 29 * 86_400_000));
    await runner.runDue();
    t.ok((await enrolmentOf(database.db, reader.id)).photo, 'after 29 days it is there');
    world.setClock(new Date(world.now().getTime() + 2 * 86_400_000));
    await runner.runDue();
    t.equal((await enrolmentOf(database.db, reader.id)).photo, null, 'after 30 it is gone');
    const other = await enrolled(world);
    await database.transaction((tx) => deletePhoto(context, tx, other));
    t.match(await enrolmentOf(database.db, other.id), { state: 'ended', photo: null });
  },
);
