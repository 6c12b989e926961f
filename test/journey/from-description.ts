import { type Json, newKey } from './client.ts';
import { type Caller, type DescribedClient, type Known, readDescription } from './described.ts';
import { check, equal, type Story } from './steps.ts';

const deskPassword = 'Wide rivers run quietly 7';
const readerPassword = 'Seven small herons wait';

interface Cast {
  readonly client: DescribedClient;
  readonly story: Story;
  readonly home: string;
  readonly administrator: Caller;
  readonly desk: Caller;
  readonly lender: Caller;
  readonly reader: Caller;
}

/** The way by courier, gone by a client that reads nothing but the OpenAPI description. */
export async function fromDescription(story: Story, home: string): Promise<void> {
  const { world, step } = story;
  const client = await step('the description is read: no path is known beside it', async () => {
    const read = await readDescription(world.address);
    check(read.operations.length > 80, `all operations, not ${read.operations.length}`);
    return read;
  });
  const cast: Cast = {
    client,
    story,
    home,
    administrator: { token: world.adminToken },
    desk: { token: null },
    lender: { token: null },
    reader: { token: null },
  };
  const hit = await findHit(cast);
  await seatDesk(cast, cast.desk, home);
  await seatDesk(cast, cast.lender, hit.holding.library);
  await seatReader(cast);
  const number = await submit(cast, hit);
  await lend(cast, number, hit.holding.library);
  await giveBack(cast, number, hit.holding.library);
  await lookBack(cast, number);
}

interface DescribedHit {
  readonly record: string;
  readonly holding: { readonly library: string; readonly localId: string };
}

async function findHit({ client, story, home }: Cast): Promise<DescribedHit> {
  return await story.step('the one search that takes a query finds a book elsewhere', async () => {
    const search = client.find(
      'searching by a query',
      ({ method, tags, parameters = [] }) =>
        method === 'GET' &&
        tags?.includes('search') === true &&
        parameters.some((one) => one.name === 'q' && one.required),
    );
    const visitor = { token: null };
    const { body } = await client.call(visitor, search, { q: '化学工程', size: 100 });
    for (const record of body.records) {
      const libraries = record.holdings.map((holding: Json) => holding.library);
      const [holding] = record.holdings;
      if (libraries.includes(home) || holding.lendable === false) continue;
      return { record: record.id, holding: pick(holding, ['library', 'localId']) as never };
    }
    throw new Error('no book that only others hold');
  });
}

/** Secrets come by mail, behind the `#` of a link. */
async function secretFor(story: Story, address: string, subject: RegExp): Promise<string> {
  const mail = await story.world.mails.next(
    String(subject),
    (one) => one.to.includes(address) && subject.test(one.subject),
  );
  return /#([\w-]+)/.exec(mail.text)?.[1] ?? '';
}

async function seatDesk(cast: Cast, desk: Caller, library: string): Promise<void> {
  const { client, story, administrator } = cast;
  await story.step(`the desk of ${library} is invited, and signs in`, async () => {
    const login = `described.${library}`;
    const email = `${login}@libraries.example.org`;
    await client.call(administrator, 'inviteStaff', {
      name: `Desk ${library}`,
      email,
      login,
      locale: 'en',
      grants: [{ role: 'desk_lead', library }],
    });
    const token = await secretFor(story, email, /staff account/i);
    await client.call(desk, 'acceptInvitation', { token, password: deskPassword });
    await signIn(client, desk, login, deskPassword);
    const { body } = await client.call(desk, 'whoAmI');
    equal(body.actor.libraryId, library, 'where the desk is');
  });
}

async function signIn(client: DescribedClient, who: Caller, login: string, password: string) {
  who.token = null;
  const { body } = await client.call(who, 'signIn', { login, password });
  who.token = body.token;
}

/** Everything a form may ask of a reader. */
const person: Known = {
  name: '李四',
  cardNumber: '20269876543',
  email: 'li.si@students.example.org',
  phone: '13900139000',
  department: '文学院',
};

async function seatReader({ client, story, home, desk, reader }: Cast): Promise<void> {
  const login = 'li.si';
  const id = await story.step(
    'a reader gives what the library’s scheme asks for, and no more',
    async () => {
      const { body: asked } = await client.call(reader, 'readRegistrationScheme', { id: home });
      const fields = ['name', 'cardNumber', 'email', ...asked.scheme.required];
      const { body } = await client.call(reader, 'registerReader', {
        library: home,
        login,
        password: readerPassword,
        locale: 'en',
        ...pick(person, fields),
      });
      equal(body.state, 'awaiting_review', 'the state');
      return body.id as string;
    },
  );
  await story.step(
    'the desk finds the registration among those that wait, and approves',
    async () => {
      const { body } = await client.call(desk, 'listReaders', { state: 'awaiting_review' });
      check(
        body.readers.some((one: Json) => one.id === id),
        'the registration in the list',
      );
      const { body: seen } = await client.call(desk, 'viewReader', { id });
      check(seen.actions.includes('approve'), 'approval to be open');
      const { body: scheme } = await client.call(desk, 'readRegistrationScheme', { id: home });
      const patronGroup = scheme.scheme.patronGroups[0].id;
      await client.call(desk, 'approveReader', {
        id,
        patronGroup,
        'if-match': `"${seen.version}"`,
      });
    },
  );
  await story.step('the reader signs in and reads the account', async () => {
    await signIn(client, reader, login, readerPassword);
    const { body } = await client.call(reader, 'readAccount');
    equal([body.volumes.used, body.requests.length], [0, 0], 'what is out');
  });
}

async function submit({ client, story, reader }: Cast, hit: DescribedHit): Promise<string> {
  const asked = await story.step('the preview says how it could be delivered', async () => {
    const { body } = await client.call(reader, 'previewRequest', { ...hit });
    check(body.deliveries.includes('courier'), 'a courier');
    const { body: whole } = await client.call(reader, 'previewRequest', {
      ...hit,
      delivery: 'courier',
    });
    check(whole.submittable, `it to be submittable: ${JSON.stringify(whole.faults)}`);
    return { ...hit, delivery: 'courier' };
  });
  return await story.step('it is submitted, and a repetition is the same request', async () => {
    const key = { 'idempotency-key': newKey() };
    const { body } = await client.call(reader, 'submitRequest', { ...asked, ...key });
    const again = await client.call(reader, 'submitRequest', { ...asked, ...key });
    equal(again.body.number, body.number, 'the number');
    return body.number as string;
  });
}

/**
 * Takes the step that the gateway says comes next: the primary one that is open, or else the first
 * whose input somebody can give.
 */
async function goOn(cast: Cast, who: Caller, number: string, known: Known = {}): Promise<string> {
  const { client } = cast;
  const { body } = await client.call(who, 'listActions', { request: number });
  const open = body.actions.filter((one: Json) => one.open);
  const able = (one: Json) => one.needs.every((name: string) => name in known);
  const next =
    open.find((one: Json) => one.primary && able(one)) ??
    open.find((one: Json) => !one.closing && one.needs.length > 0 && able(one));
  if (next === undefined) throw new Error(`nothing to go on with: ${JSON.stringify(open)}`);
  await client.call(who, 'takeAction', {
    number,
    action: next.action,
    'if-match': `"${body.version}"`,
    ...pick(known, next.needs),
  });
  return next.action;
}

async function lend(cast: Cast, number: string, library: string): Promise<void> {
  const { client, story, home, desk, lender, reader } = cast;
  const barcodes = [`D${number}`];
  await story.step('the lender follows what is open: promised, then lent', async () => {
    const { body } = await client.call(lender, 'listPullSlips');
    check(
      body.slips.some((slip: Json) => slip.number === number),
      'the slip',
    );
    equal(await goOn(cast, lender, number), 'promise', 'the first step');
    equal(await goOn(cast, lender, number, { barcodes }), 'lend', 'the second');
  });
  await story.step('a consignment goes to the home library, which unpacks it', async () => {
    await carry(cast, lender, { to: home, barcodes }, desk);
    const { body } = await client.call(reader, 'viewRequest', { number });
    equal(body.phase, 'ready', 'the phase');
    await secretFor(story, String(person.email), /^Arrived/);
  });
  await story.step('a scan lends the book, and the account counts it', async () => {
    await client.call(desk, 'scanBarcode', { barcode: barcodes[0], lender: library });
    const { body } = await client.call(reader, 'readAccount');
    const [line] = body.volumes.outstanding;
    equal([body.volumes.used, line.number], [1, number], 'what is out');
    check(line.dueDate !== null, 'a due date');
  });
}

async function giveBack(cast: Cast, number: string, library: string): Promise<void> {
  const { client, story, desk, lender } = cast;
  const barcodes = [`D${number}`];
  await story.step('the reader returns it; the desk checks it and sends it back', async () => {
    await client.call(desk, 'scanBarcode', { barcode: barcodes[0], lender: library });
    equal(await goOn(cast, desk, number, { condition: 'good' }), 'check_return', 'the check');
    equal(await goOn(cast, desk, number), 'ship_back', 'the way back');
    await carry(cast, desk, { to: library, barcodes }, lender);
  });
}

async function carry({ client }: Cast, from: Caller, what: Known, to: Caller): Promise<void> {
  const { body } = await client.call(from, 'packConsignment', what);
  const { number } = body;
  await client.call(from, 'sendConsignment', { number, courier: 'SF', tracking: 'SF1234567890' });
  await client.call(to, 'receiveConsignment', { number });
}

async function lookBack({ client, story, reader, desk }: Cast, number: string): Promise<void> {
  await story.step('the request is completed, and everybody can see how', async () => {
    const { body } = await client.call(reader, 'viewRequest', { number });
    equal([body.state, body.closed], ['COMPLETED', true], 'the end');
    const { body: account } = await client.call(reader, 'readAccount');
    equal([account.volumes.used, account.requests[0].outcome], [0, 'COMPLETED'], 'the account');
    const { body: history } = await client.call(reader, 'readHistory', { number });
    check(history.events.length > 8, 'its history');
    const { body: letters } = await client.call(desk, 'readLetters', { number });
    check(letters.messages.length > 4, 'the letters between the sides');
    const { body: told } = await client.call(reader, 'listMessages');
    check(told.messages.length > 3, 'what the reader was told');
  });
  await story.step(
    'what is refused is a problem as described, and signing out ends it',
    async () => {
      await client.call(desk, 'viewRequest', { number: 'nothing' }, 404);
      await client.call(reader, 'signOut');
      await client.call(reader, 'readProfile', {}, 401);
    },
  );
}

function pick(from: Known, names: readonly string[]): Known {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}
