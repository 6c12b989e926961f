import sharp from 'sharp';
import { newKey } from './client.ts';
import type { Hit } from './find.ts';
import { act, check, deskOf, equal, readerOf, type Story, stateOf } from './steps.ts';

const consentText = '本人同意照片仅用于自取自还的核对。';

/** The whole way by self pick-up: photo, approval, card, visit, pass, loan at the lender's counter. */
export async function byPickup(story: Story, home: string, hit: Hit): Promise<void> {
  const { step, cast } = story;
  const reader = readerOf(story);
  const [lending] = hit.holdings;
  if (lending === undefined) throw new Error('the line has no holding');
  const lender = deskOf(story, lending.library);
  const desk = deskOf(story, home);
  const input = { record: hit.record, holding: lending, delivery: 'pickup' };
  await step('self pick-up is refused before the reader is enrolled', async () => {
    const { body } = await reader.ask('POST', '/requests/preview', { body: input });
    check(!body.submittable, 'it not to be submittable');
    check(
      body.faults.some((fault: { rule: string }) => fault.rule === 'pickup.enrolled'),
      'the rule',
    );
  });
  await step('a photo that is too large, and a file that is no image, are refused', async () => {
    const large = await photo(new Uint8Array(501 * 1024).fill(7));
    const { body } = await reader.ask('PUT', '/me/photo', { form: large, expect: 400 });
    equal(body.rule, 'account.photo.maxBytes', 'the rule');
    const text = await photo(new TextEncoder().encode('GIF89a is no photo'));
    await reader.ask('PUT', '/me/photo', { form: text, expect: 400 });
  });
  await step('the reader gives a photo with consent and asks for self pick-up', async () => {
    const image = sharp({
      create: { width: 300, height: 400, channels: 3, background: '#88aacc' },
    });
    await reader.ask('PUT', '/me/photo', { form: await photo(await image.jpeg().toBuffer()) });
    const asked = await reader.ask('POST', '/me/pickup', { body: { consent: true, consentText } });
    equal(asked.body.state, 'asked', 'the enrolment');
  });
  await step('the home desk looks at the photo and approves, with the papers seen', async () => {
    const { body } = await desk.ask('GET', '/pickups');
    check(
      body.enrolments.some((one: { reader: string }) => one.reader === cast.readerId),
      'it to wait',
    );
    const seen = await desk.ask('GET', `/readers/${cast.readerId}/photo`);
    check(seen.bytes > 500 && seen.headers.get('content-type') === 'image/jpeg', 'a JPEG');
    const path = `/readers/${cast.readerId}/pickup/approve`;
    await desk.ask('POST', path, { body: { documents: 'student card' } });
    await lender.ask('GET', `/readers/${cast.readerId}/photo`, { expect: 404 });
  });
  const number = await step('the request is submitted and promised by the lender', async () => {
    const { body } = await reader.ask('POST', '/requests', {
      body: input,
      headers: { 'idempotency-key': newKey() },
      expect: 201,
    });
    await act(lender, body.number, 'promise');
    equal(await stateOf(reader, body.number), 'PROMISED', 'the state');
    return body.number as string;
  });
  const card = `A${number.slice(-8)}`;
  await step('the home desk lends a card of the alliance for it, and to nobody else', async () => {
    await desk.ask('POST', '/cards', { body: { number: card }, expect: 201 });
    const { body } = await desk.ask('GET', `/requests/${number}`);
    const lent = { request: number, document: 'student card' };
    await desk.ask('POST', `/cards/${card}/issue`, { body: lent, version: body.version });
    equal(await stateOf(reader, number), 'PICKUP_OPEN', 'the state');
    const { body: again } = await desk.ask('GET', `/requests/${number}`);
    await desk.ask('POST', `/cards/${card}/issue`, {
      body: lent,
      version: again.version,
      expect: 409,
    });
  });
  await step('the visit is agreed', async () => {
    const visitAt = new Date(Date.now() + 60 * 86_400_000).toISOString();
    await act(reader, number, 'agree_visit', { visitAt });
    const { body } = await reader.ask('GET', '/me/card');
    equal(body.card.card, card, "the reader's card");
  });
  await step("the lender verifies the reader's pass, and no other", async () => {
    const { body } = await reader.ask('POST', `/requests/${number}/pass`);
    const seen = await lender.ask('POST', '/passes/verify', { body: { token: body.token } });
    equal([seen.body.request, seen.body.readerName], [number, '张三'], 'the holder');
    await lender.ask('GET', `/readers/${cast.readerId}/photo`);
    const forged = `${body.token.slice(0, -4)}AAAA`;
    await lender.ask('POST', '/passes/verify', { body: { token: forged }, expect: 409 });
  });
  const barcode = `K${number}`;
  await step("the book is lent at the lender's counter", async () => {
    await act(lender, number, 'lend_direct', { barcodes: [barcode] });
    equal(await stateOf(reader, number), 'ON_LOAN', 'the state');
  });
  await step('the reader takes it back to the lender, and the card to the home desk', async () => {
    const { body } = await lender.ask('POST', '/scans', { body: { barcode } });
    equal(body.action, 'check_in', 'what the scan means');
    equal(await stateOf(reader, number), 'COMPLETED', 'the end');
    await desk.ask('POST', `/cards/${card}/return`, { body: {}, expect: 204 });
    equal((await reader.ask('GET', '/me/card')).body.card, null, 'the card');
  });
}

async function photo(bytes: Uint8Array): Promise<FormData> {
  const form = new FormData();
  form.set('photo', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), 'me.jpg');
  form.set('consent', 'true');
  return form;
}
