import { newKey } from './client.ts';
import type { Hit } from './find.ts';
import { readerMail, signEverybodyIn } from './people.ts';
import { act, check, deskOf, equal, readerOf, type Story, stateOf } from './steps.ts';

/** The whole way by courier: asked, lent, recalled, late, returned, checked, back on the shelf. */
export async function byCourier(story: Story, home: string, hit: Hit): Promise<void> {
  const { world, step } = story;
  const reader = readerOf(story);
  const [lending] = hit.holdings;
  if (lending === undefined) throw new Error('the line has no holding');
  const lender = deskOf(story, lending.library);
  const desk = deskOf(story, home);
  const input = {
    record: hit.record,
    holding: lending,
    delivery: 'courier',
    note: '请用挂号信寄送，谢谢。',
  };
  await step('the preview fills the form from the hit and writes nothing', async () => {
    const { body } = await reader.ask('POST', '/requests/preview', { body: input });
    check(body.submittable, `it to be submittable: ${JSON.stringify(body.faults)}`);
    const field = (name: string) => body.form.find((one: { name: string }) => one.name === name);
    check(field('title').value.includes(hit.title), 'the title of the hit');
    check(field('lenderCode').value !== null, "the lender's code");
    check(hit.line.isbnAsWritten.includes(field('isbn').value), 'the ISBN as it is written');
    const list = await reader.ask('GET', '/requests');
    equal(list.body.requests.length, 0, 'the number of requests');
  });
  const key = newKey();
  const number = await step('the request is submitted and gets a number', async () => {
    const { body, headers } = await reader.ask('POST', '/requests', {
      body: input,
      headers: { 'idempotency-key': key },
      expect: 201,
    });
    equal(headers.get('location'), `/api/v1/requests/${body.number}`, 'the location');
    equal(body.state, 'SENT', 'the state');
    return body.number as string;
  });
  await step('the same key gives the same answer, and another body is refused', async () => {
    const headers = { 'idempotency-key': key };
    const again = await reader.ask('POST', '/requests', { body: input, headers, expect: 201 });
    equal(again.body.number, number, 'the number');
    equal(again.headers.get('idempotent-replayed'), 'true', 'the mark of a replay');
    const other = { ...input, volumes: 2 };
    await reader.ask('POST', '/requests', { body: other, headers, expect: 422 });
    await reader.ask('POST', '/requests', { body: input, expect: 400 });
  });
  const barcode = `J${number}`;
  await step("the lender's desk pulls the slip, finds the book and promises it", async () => {
    const { body } = await lender.ask('GET', '/slips');
    check(
      body.slips.some((slip: { number: string }) => slip.number === number),
      'the slip',
    );
    await act(lender, number, 'start_search');
    await act(lender, number, 'promise');
    equal(await stateOf(reader, number), 'PROMISED', "the reader's state");
  });
  const sheet = await step(
    'it is lent and goes out on a consignment with a tracking number',
    async () => {
      await act(lender, number, 'lend', { barcodes: [barcode] });
      const packed = await lender.ask('POST', '/consignments', {
        body: { to: home, barcodes: [barcode] },
        expect: 201,
      });
      const path = `/consignments/${packed.body.number}/send`;
      await lender.ask('POST', path, { body: { courier: 'SF', tracking: 'SF1234567890' } });
      equal(await stateOf(reader, number), 'IN_TRANSIT', "the reader's state");
      return packed.body.number as string;
    },
  );
  await step(
    'the home desk unpacks the consignment, and the arrival mail is received',
    async () => {
      const { body } = await desk.ask('GET', '/consignments?direction=in');
      equal(body.consignments[0]?.number, sheet, 'the sheet on its way');
      await desk.ask('POST', `/consignments/${sheet}/receive`, { body: {} });
      equal(await stateOf(reader, number), 'ARRIVED', 'the state');
      const mail = await world.mails.next(
        'the arrival',
        (one) =>
          one.to.includes(readerMail) && /^Arrived/.test(one.subject) && one.text.includes(number),
      );
      check(mail.text.includes(hit.title), 'the title in the mail');
    },
  );
  await step('the book is lent over the counter by a scan', async () => {
    const { body } = await desk.ask('POST', '/scans', { body: { barcode } });
    equal(body.action, 'lend_to_reader', 'what the scan means');
    const seen = await reader.ask('GET', `/requests/${number}`);
    equal(seen.body.state, 'ON_LOAN', 'the state');
    check(seen.body.dueDate !== null, 'a due date');
  });
  await step('renewal is closed, with the rule that says so', async () => {
    const { body } = await reader.ask('GET', `/actions?request=${number}`);
    const renewal = body.actions.find((one: { action: string }) => one.action === 'ask_renewal');
    equal([renewal.open, renewal.why.rule], [false, 'loan.renewals'], 'renewal');
  });
  await step('the lender recalls it, and the due date comes nearer', async () => {
    const before = (await reader.ask('GET', `/requests/${number}`)).body.dueDate;
    await act(lender, number, 'recall');
    const { body } = await reader.ask('GET', `/requests/${number}`);
    check(body.dueDate < before && 'recalled' in body.flags, 'a nearer date and the mark');
    await world.mails.next(
      'the recall',
      (one) => /^Recalled/.test(one.subject) && one.text.includes(number),
    );
  });
  await step(
    'nine days later it is overdue by the clock alone, and the reader is told',
    async () => {
      await world.ahead({ days: 9 });
      await world.mails.next(
        'that it is late',
        (one) => /^Overdue/.test(one.subject) && one.text.includes(number),
      );
      await signEverybodyIn(story);
      const { body } = await reader.ask('GET', `/requests/${number}`);
      check('overdue' in body.flags, 'the mark');
    },
  );
  await step('the reader returns it, the desk checks it and sends it back', async () => {
    const scan = await desk.ask('POST', '/scans', { body: { barcode } });
    equal(scan.body.action, 'return_by_reader', 'what the scan means');
    await act(desk, number, 'ship_back', {}, 409);
    await act(desk, number, 'check_return', { condition: 'good' });
    await act(desk, number, 'ship_back');
    const packed = await desk.ask('POST', '/consignments', {
      body: { to: lending.library, barcodes: [barcode] },
      expect: 201,
    });
    const path = `/consignments/${packed.body.number}`;
    await desk.ask('POST', `${path}/send`, { body: { courier: 'SF', tracking: 'SF0987654321' } });
    await lender.ask('POST', `${path}/receive`, { body: {} });
  });
  await step('the request is completed on both sides, and its history is whole', async () => {
    const { body } = await reader.ask('GET', `/requests/${number}`);
    equal([body.state, body.closed], ['COMPLETED', true], 'the end');
    const { body: history } = await reader.ask('GET', `/requests/${number}/events`);
    const numbers = history.events.map((event: { seq: number }) => event.seq);
    equal(
      numbers,
      numbers.map((_: number, index: number) => index + 1),
      'the numbers of events',
    );
    const { body: told } = await desk.ask('GET', `/requests/${number}/messages`);
    check(
      told.messages.some((one: { iso: string }) => one.iso === 'LoanCompleted'),
      'LoanCompleted',
    );
  });
}
