import type { Page } from 'playwright-core';
import sharp from 'sharp';
import t from 'tap';
import { browse, seat } from '../support/browser.ts';
import { eachDatabase } from '../support/database.ts';
import { loanWeb } from '../support/loan-web.ts';
import { withoutPrograms } from '../support/requirements.ts';

t.setTimeout(180_000);

const noBrowser = withoutPrograms('chromium');
if (noBrowser) t.test('in a browser', { skip: noBrowser }, async () => {});
else {
  eachDatabase('self pick-up from photo to pass, without script', async (t, database) => {
    if (database.engine === 'postgresql') return;
    const web = await loanWeb(database);
    const { browser, site } = await browse(t, web);
    const who = await web.reader();
    const reader = await seat(browser, site, who.token);
    const desk = await seat(browser, site, (await web.staff('home', 'desk_lead')).token);
    const lender = await seat(browser, site, (await web.staff('chem', 'desk_clerk')).token);

    await reader.goto(`${site}/me/pickup?lang=en`);
    const text = { name: 'me.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('GIF89a no photo') };
    await reader.getByLabel('Choose a photo').setInputFiles(text);
    await reader.getByLabel('I agree').check();
    await reader.getByRole('button', { name: 'Ask for self pick-up' }).click();
    t.match(await reader.getByRole('alert').textContent(), /JPEG/, 'what is no image is refused');
    const image = sharp({
      create: { width: 300, height: 400, channels: 3, background: '#88aacc' },
    });
    await reader
      .getByLabel('Choose a photo')
      .setInputFiles({ ...text, buffer: await image.jpeg().toBuffer() });
    await reader.getByLabel('I agree').check();
    await reader.getByRole('button', { name: 'Ask for self pick-up' }).click();
    t.match(await reader.textContent('main'), 'Show your papers');
    t.ok(await isShown(reader), 'the reader sees the photo');

    await desk.goto(`${site}/desk/pickups?lang=en`);
    await desk.locator('main ul a').first().click();
    t.ok(await isShown(desk), 'the desk sees the photo');
    await desk.getByLabel('Documents seen').fill('student card');
    await desk.getByRole('button', { name: 'Approve' }).click();
    await desk.getByLabel('Card number').fill('K-1');
    await desk.getByRole('button', { name: 'Add a card' }).click();

    const asked = await web.ask(who.token, 'POST', '/api/v1/requests', {
      body: { holding: { library: 'chem', localId: '000123' }, delivery: 'pickup' },
      headers: { 'idempotency-key': 'key-00000001' },
    });
    const { number } = asked.json();
    await lender.goto(`${site}/desk/requests/${number}?lang=en`);
    await lender.getByRole('button', { name: 'Promise' }).click();
    await desk.getByLabel('Request').fill(number);
    await desk.getByLabel('Document shown or left').fill('student card');
    await desk.getByRole('button', { name: 'Lend a card' }).click();
    t.match(await desk.textContent('tbody'), number, 'the card is out for this request');

    await reader.goto(`${site}/me/pickup?lang=en`);
    await reader.getByRole('button', { name: 'Make a pass' }).click();
    const pass = (await reader.textContent('.pass output')) ?? '';
    await lender.goto(`${site}/desk/pickups?lang=en`);
    await lender.getByLabel('The reader’s pass').fill(`${pass.slice(0, -4)}AAAA`);
    await lender.getByRole('button', { name: 'Verify a pass' }).click();
    t.match(await lender.getByRole('alert').textContent(), /not valid/);
    await lender.getByLabel('The reader’s pass').fill(pass);
    await lender.getByRole('button', { name: 'Verify a pass' }).click();
    t.ok(await isShown(lender), 'the lender sees whose pass it is');
    await lender.getByRole('link', { name: number }).click();
    await lender.getByLabel('Barcodes').fill('B-7');
    await lender.getByRole('button', { name: /counter/ }).click();
    await reader.goto(`${site}/me/requests/${number}?lang=en`);
    t.match(await reader.textContent('.facts-list'), 'On loan');
  });
}

/** Whether the photo on the page has arrived as an image. */
async function isShown(page: Page): Promise<boolean> {
  const image = page.locator('img.photo');
  await image.waitFor();
  return await image.evaluate(
    (element) => (element as unknown as { readonly naturalWidth: number }).naturalWidth > 0,
  );
}
