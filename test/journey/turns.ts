import { newKey, person } from './client.ts';
import type { Hit } from './find.ts';
import { signEverybodyIn } from './people.ts';
import { act, check, deskOf, equal, readerOf, type Story, stateOf } from './steps.ts';

async function submit(story: Story, hit: Hit, more: object = {}): Promise<string> {
  const [lending] = hit.holdings;
  const { body } = await readerOf(story).ask('POST', '/requests', {
    body: { record: hit.record, holding: lending, delivery: 'courier', ...more },
    headers: { 'idempotency-key': newKey() },
    expect: 201,
  });
  return body.number;
}

/** A refusal sends the request on; after the hour only the lender can let go of it. */
export async function refusedAndCancelledLate(story: Story, hit: Hit): Promise<void> {
  const { step, world, cast } = story;
  const reader = readerOf(story);
  const [first, second] = hit.holdings;
  if (first === undefined || second === undefined) throw new Error('two holdings are needed');
  await step('the administrator publishes a policy that sends refused requests on', async () => {
    const document = {
      id: 'journey',
      title: { zh: '旅程规则', en: 'Rules of the journey' },
      source: 'journey',
      rules: [
        {
          id: 'journey.next-lender',
          parameter: 'request.nextLender',
          layer: 'consortium',
          value: true,
          sentence: { zh: '未满足的申请转下一馆。', en: 'A refused request goes on to the next.' },
        },
      ],
    };
    const admin = cast.administrator;
    const draft = await admin.ask('POST', '/policies/what-if', { body: document });
    check(draft.body.looked >= 0, 'the draft to be looked at');
    await admin.ask('POST', '/policies', { body: document, expect: 201 });
    await reader.ask('POST', '/policies', { body: document, expect: 403 });
    const { body } = await reader.ask('GET', '/policies/explain?parameter=request.nextLender');
    equal(body.decisions[0].rule, 'journey.next-lender', 'the rule that decides');
  });
  const number = await step(
    'a request names a second library, and the first refuses it',
    async () => {
      const made = await submit(story, hit, { alternatives: [second] });
      await act(deskOf(story, first.library), made, 'refuse', { reason: 'not_on_shelf' });
      return made;
    },
  );
  await step('it goes to the next lender, which promises it', async () => {
    const { body } = await reader.ask('GET', `/requests/${number}`);
    equal([body.state, body.lender], ['SENT', second.library], 'where it stands');
    equal(body.legs.length, 2, 'the number of legs');
    await act(deskOf(story, second.library), number, 'promise');
  });
  await step('two hours later it cannot be cancelled outright, and the rule is named', async () => {
    await world.ahead({ hours: 2 });
    await signEverybodyIn(story);
    const { body } = await act(reader, number, 'cancel', {}, 409);
    check(/lifecycle|cancelWindow/.test(body.rule), `the rule, not ${body.rule}`);
  });
  await step('the reader asks to cancel, the lender agrees', async () => {
    await act(reader, number, 'request_cancel');
    equal(await stateOf(reader, number), 'CANCEL_ASKED', 'the state');
    await act(deskOf(story, second.library), number, 'accept_cancel');
    equal(await stateOf(reader, number), 'CANCELLED', 'the end');
  });
}

export async function cancelledInTheHour(story: Story, hit: Hit): Promise<void> {
  const { step } = story;
  const reader = readerOf(story);
  await step('a request cancelled within the hour ends at once on both sides', async () => {
    const number = await submit(story, hit);
    await act(reader, number, 'cancel');
    equal(await stateOf(reader, number), 'CANCELLED', 'the state');
    const lender = deskOf(story, hit.holdings[0]?.library ?? '');
    const { body } = await lender.ask('GET', `/requests/${number}`);
    equal([body.state, body.closed], ['CANCELLED', true], "the lender's side");
  });
}

/** What is refused, each with a sentence and the rule that decided. */
export async function refusals(
  story: Story,
  home: string,
  hit: Hit,
  stranger: string,
): Promise<void> {
  const { step } = story;
  const reader = readerOf(story);
  const [lending] = hit.holdings;
  const input = { record: hit.record, holding: lending, delivery: 'courier' };
  const number = await step('three volumes may be asked for', () =>
    submit(story, hit, { volumes: 3 }),
  );
  await step('a fourth volume is refused, with its rule', async () => {
    const { body } = await reader.ask('POST', '/requests', {
      body: input,
      headers: { 'idempotency-key': newKey() },
      expect: 409,
    });
    equal([body.type, body.rule], ['/problems/over-limit', 'loan.maxVolumes'], 'the problem');
    check(body.detail.length > 10, 'a sentence');
  });
  await step('a note of 51 characters is refused, one of 50 is not', async () => {
    const preview = async (note: string) =>
      (await reader.ask('POST', '/requests/preview', { body: { ...input, note } })).body.faults;
    const pointers = async (note: string) =>
      (await preview(note)).map((fault: { pointer: string }) => fault.pointer);
    check((await pointers('备'.repeat(51))).includes('/note'), 'a fault at 51');
    check(!(await pointers('备'.repeat(50))).includes('/note'), 'none at 50');
  });
  await step('an action out of turn, without a version and on an old one is refused', async () => {
    const path = `/requests/${number}/actions`;
    const { body } = await reader.ask('GET', `/requests/${number}`);
    await reader.ask('POST', `${path}/agree_visit`, {
      body: { visitAt: '2099-01-01T00:00:00Z' },
      version: body.version,
      expect: 409,
    });
    await reader.ask('POST', `${path}/cancel`, { body: {}, expect: 428 });
    await reader.ask('POST', `${path}/cancel`, { body: {}, version: 1, expect: 412 });
    const lender = deskOf(story, lending?.library ?? '');
    await lender.ask('POST', `${path}/cancel`, { body: {}, version: body.version, expect: 403 });
  });
  await step("somebody else's request is not there", async () => {
    await deskOf(story, stranger).ask('GET', `/requests/${number}`, { expect: 404 });
    const nobody = person(story.world.address, 'nobody');
    await nobody.ask('GET', `/requests/${number}`, { expect: 401 });
  });
  await step('a batch answers for each row alone', async () => {
    const lender = deskOf(story, lending?.library ?? '');
    const { body } = await lender.ask('GET', `/requests/${number}`);
    const rows = [
      { number, version: body.version, input: { reason: 'policy' } },
      { number: '2000010100000001', version: 1, input: { reason: 'policy' } },
    ];
    const { body: batch } = await lender.ask('POST', '/requests/actions/refuse', {
      body: { rows },
    });
    equal([batch.done, batch.refused], [1, 1], 'the results');
    equal(batch.rows[1].problem.status, 404, "the second row's problem");
  });
  await step('the desk posts an announcement that everybody reads', async () => {
    const kind = 'holiday';
    const title = { zh: '寒假闭馆', en: 'Winter closing' };
    const body = { zh: '寒假期间暂停借入。', en: 'No borrowing in the winter vacation.' };
    await deskOf(story, home).ask('POST', '/announcements', {
      body: { kind, title, body },
      expect: 201,
    });
    const visitor = person(story.world.address, 'visitor');
    const { body: read } = await visitor.ask('GET', `/announcements?library=${home}`);
    equal(read.announcements[0].title.zh, title.zh, 'the title');
  });
}

/** One's own data, and going. */
export async function leaving(story: Story): Promise<void> {
  const { step } = story;
  const reader = readerOf(story);
  await step('the reader reads the messages and takes all data along', async () => {
    const { body } = await reader.ask('GET', '/me/messages');
    check(body.messages.length > 5, 'messages');
    await reader.ask('POST', `/me/messages/${body.messages[0].id}/read`, { expect: 204 });
    const { body: all } = await reader.ask('GET', '/me/export');
    check(all.loans.requests.length >= 5, 'every request');
  });
  await step('the account is closed, and its sessions with it', async () => {
    await reader.ask('DELETE', '/me', { expect: 204 });
    await reader.ask('GET', '/me', { expect: 401 });
  });
}
