import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { registerReader } from '../../src/loans/people/registration.ts';
import { browse, seat } from '../support/browser.ts';
import { eachDatabase } from '../support/database.ts';
import { loanWeb } from '../support/loan-web.ts';
import { chemistry } from '../support/loans.ts';
import { goodPassword } from '../support/people.ts';
import { withoutPrograms } from '../support/requirements.ts';

t.setTimeout(180_000);

const hostile = '"><script>document.title="owned"</script>';
const hit = '/request?lang=en&record=r_x&library=chem&localId=000123';

/** What a screen reader needs: one heading, names for everything that takes input, ids used once. */
async function checkPage(t: Test, page: Page, what: string): Promise<void> {
  t.equal(await page.locator('h1').count(), 1, `${what}: one heading`);
  const fields = page.locator('input:not([type=hidden]), select, textarea, button');
  for (const field of await fields.all()) {
    const name = await field.evaluate((element) => {
      const { labels, textContent } = element as unknown as {
        readonly labels: readonly { readonly textContent: string | null }[] | null;
        readonly textContent: string | null;
      };
      const label = labels?.[0]?.textContent ?? element.getAttribute('aria-label');
      return (label ?? textContent ?? '').trim();
    });
    t.ok(name.length > 0, `${what}: a field is called ${name}`);
  }
  const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
  t.equal(new Set(ids).size, ids.length, `${what}: ids are used once`);
}

const noBrowser = withoutPrograms('chromium');
if (noBrowser) t.test('in a browser', { skip: noBrowser }, async () => {});
else {
  eachDatabase('a request from a hit, without script, from both seats', async (t, database) => {
    if (database.engine === 'postgresql') return;
    const web = await loanWeb(database);
    const { browser, site } = await browse(t, web);
    const reader = await seat(browser, site, (await web.reader()).token);

    await reader.goto(`${site}${hit}`);
    t.match(await reader.textContent('.facts-list'), /Chemical engineering experiments/);
    await checkPage(t, reader, 'the form');
    await reader.getByLabel('Delivery').selectOption('courier');
    await reader.getByLabel('Note').fill('备'.repeat(51));
    await reader.getByRole('button', { name: 'Next: confirm' }).click();
    t.match(await reader.getByRole('alert').textContent(), /50/, 'the rule about notes');
    t.equal((await reader.getByLabel('Note').inputValue()).length, 51, 'what was entered stays');
    await reader.getByLabel('Note').fill('请用挂号信');
    await reader.getByRole('button', { name: 'Next: confirm' }).click();
    t.equal(await reader.textContent('h1'), 'Confirm the request');
    t.match(
      await reader.textContent('.facts-list'),
      /TQ016\/58[\s\S]*900100[\s\S]*courier[\s\S]*请用挂号信/i,
    );
    await reader.getByRole('button', { name: 'Send the request' }).click();
    await reader.waitForURL(/\/me\/requests\/\d+/);
    const number = /requests\/(\d+)/.exec(reader.url())?.[1] ?? '';
    t.match(await reader.getByRole('status').textContent(), number);
    await checkPage(t, reader, 'one request');
    t.match(await reader.textContent('.facts-list'), 'You may cancel until');

    const desk = await seat(browser, site, (await web.staff('chem', 'desk_clerk')).token);
    await desk.goto(`${site}/desk/slips?lang=en`);
    t.match(await desk.textContent('.slips'), `TQ016/58`);
    await desk.goto(`${site}/desk?lang=en`);
    await checkPage(t, desk, 'the desk');
    await desk.getByRole('link', { name: 'New requests' }).click();
    await checkPage(t, desk, 'a work list');
    await desk.getByLabel(`Choose ${number}`).check();
    const offered = await desk.getByLabel('Action').locator('option').allTextContents();
    t.same(
      offered.sort(),
      ['Attention dealt with', 'Promise', 'Refuse', 'Start searching'],
      'what needs no words of its own',
    );
    await desk.getByLabel('Action').selectOption({ label: 'Promise' });
    await desk.getByRole('button', { name: 'Take it' }).click();
    t.match(await desk.getByRole('status').textContent(), '1 done');
    await desk.goto(`${site}/desk/requests/${number}?lang=en`);
    await checkPage(t, desk, 'a request at the desk');
    await desk.getByLabel('Barcodes').fill('B-1');

    await reader.goto(`${site}/me?lang=en`);
    await checkPage(t, reader, 'the account');
    t.match(await reader.textContent('.volumes'), '1 of 3 volumes');
    t.match(await reader.textContent('tbody'), 'Promised');
    t.match(await reader.textContent('footer'), '010-0000', 'whom to ask');
    await reader.getByRole('link', { name: number }).click();
    await reader.getByText('Ask to cancel').first().click();

    await desk.getByRole('button', { name: 'Lend by courier' }).click();
    t.match(await desk.getByRole('alert').textContent(), /changed/, 'an old page changes nothing');
    await desk.getByRole('button', { name: 'Refuse the cancellation' }).click();
    await desk.getByLabel('Barcodes').fill('B-1');
    await desk.getByRole('button', { name: 'Lend by courier' }).click();
    t.match(await desk.textContent('.facts-list'), /On its way/);
    const home = await seat(browser, site, (await web.staff('home', 'desk_clerk')).token);
    await home.goto(`${site}/desk/scan?lang=en`);
    await checkPage(t, home, 'the scanner');
    const scan = async (barcode: string) => {
      await home.getByLabel('Barcode').fill(barcode);
      await home.getByRole('button', { name: 'Take it' }).click();
    };
    await scan('B-0');
    t.equal(await home.getByRole('alert').count(), 1, 'a barcode that nobody knows');
    await scan('B-1');
    t.match(await home.getByRole('status').textContent(), /Arrived/);
    await scan('B-1');
    t.match(await home.getByRole('status').textContent(), /Lend to the reader/);
    await reader.goto(`${site}/me/messages?lang=en`);
    await reader.getByRole('button', { name: 'Mark as read' }).first().click();
    await checkPage(t, reader, 'the messages');
  });

  eachDatabase('a blank request, and what breaks the rules', async (t, database) => {
    if (database.engine === 'postgresql') return;
    const web = await loanWeb(database);
    const { browser, site } = await browse(t, web);
    const { token } = await web.reader();
    const reader = await seat(browser, site, token);
    await reader.goto(`${site}/request?lang=en`);
    await checkPage(t, reader, 'the blank form');
    await reader.getByLabel('Title').fill(hostile);
    await reader.getByLabel('Volumes').fill('4');
    await reader.getByRole('button', { name: 'Next: confirm' }).click();
    t.match(await reader.getByRole('alert').textContent(), /three volumes/i);
    t.equal(await reader.getByLabel('Title').inputValue(), hostile);
    await reader.getByLabel('Volumes').fill('1');
    await reader.getByRole('button', { name: 'Next: confirm' }).click();
    await reader.getByRole('button', { name: 'Back to the form' }).click();
    t.equal(await reader.getByLabel('Title').inputValue(), hostile, 'the way back keeps it all');
    await reader.getByRole('button', { name: 'Next: confirm' }).click();
    const confirm = await reader.content();
    const key = /name="key" value="([^"]+)"/.exec(confirm)?.[1] ?? '';
    await reader.getByRole('button', { name: 'Send the request' }).click();
    await reader.waitForURL(/\/me\/requests\/\d+/);
    t.match(
      await reader.textContent('.facts-list'),
      'document.title="owned"',
      'text, never markup',
    );
    const again = await web.ask(token, 'POST', '/request?lang=en', {
      payload: Buffer.from(
        new URLSearchParams({
          step: 'send',
          key,
          delivery: 'courier',
          volumes: '1',
          library: '',
          'citation.title': hostile,
        }).toString(),
      ),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    t.match(again.headers.location, new URL(reader.url()).pathname, 'sent again: the same request');
    await reader.goto(`${site}/me?lang=zh`);
    t.equal(await reader.locator('tbody tr').count(), 1, 'sent twice, made once');
  });
}

eachDatabase('the desk reviews who registered', async (t, database) => {
  if (database.engine === 'postgresql') return;
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const desk = await web.staff('home', 'desk_lead');
  const input = {
    libraryId: 'home',
    login: 'lin.xiao',
    password: goodPassword,
    name: hostile,
    cardNumber: 'B1',
    email: 'lin@reader.example',
    phone: '010-5555 0101',
  };
  const { readerId } = await registerReader(web.people, input, { address: '192.0.2.1' });
  t.match((await web.ask(desk.token, 'GET', '/desk?lang=en')).body, '1 readers wait for review');
  const list = await web.ask(desk.token, 'GET', '/desk/readers?lang=en');
  t.match(list.body, `/desk/readers/${readerId}`);
  t.notMatch(list.body, '<script>document');
  const path = `/desk/readers/${readerId}`;
  const page = await web.ask(desk.token, 'GET', `${path}?lang=en`);
  t.match(page.body, 'lin@reader.example');
  const decide = (decision: string, form: Record<string, string>) =>
    web.ask(desk.token, 'POST', `${path}/${decision}?lang=en`, {
      payload: Buffer.from(new URLSearchParams(form).toString()),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const silent = await decide('return', { version: '1', note: '' });
  t.equal(silent.statusCode, 400);
  t.match(silent.body, 'Say why.');
  t.match(silent.body, 'href="/desk?lang=zh"', 'another language leads to a page that is there');
  const old = await decide('approve', { version: '7', patronGroup: 'teacher' });
  t.equal(old.statusCode, 412, 'a decision on an older state is refused');
  const done = await decide('approve', { version: '1', patronGroup: 'teacher' });
  t.equal(done.statusCode, 303);
  t.notMatch((await web.ask(desk.token, 'GET', '/desk/readers')).body, readerId);
});

eachDatabase('a reader keeps the profile, what the library checked aside', async (t, database) => {
  if (database.engine === 'postgresql') return;
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const { token, actor } = await web.reader();
  const post = (path: string, form: Record<string, string>) =>
    web.ask(token, 'POST', `${path}?lang=en`, {
      payload: Buffer.from(new URLSearchParams(form).toString()),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const shown = await web.ask(token, 'GET', '/me/profile?lang=en');
  const edited = /name="edited" value="(\d+)"/.exec(shown.body)?.[1] ?? '';
  t.notMatch(shown.body, 'name="cardNumber"');
  const forged = { edited, email: 'new@reader.example', phone: '010-5555 0199', name: 'Somebody' };
  const saved = await post('/me/profile', forged);
  t.equal(saved.statusCode, 303, saved.body);
  const row = await database.db
    .selectFrom('reader_profiles')
    .select(['name', 'email'])
    .where('reader_id', '=', actor.id)
    .executeTakeFirst();
  t.equal(row?.email, 'new@reader.example');
  t.not(row?.name, 'Somebody', 'a name is changed at the desk');
  const late = await post('/me/profile', forged);
  t.equal(late.statusCode, 412, 'an old page overwrites nothing');
  const wrong = await post('/me/profile/password', { current: 'x', password: goodPassword });
  t.equal(wrong.statusCode, 401);
  t.match(wrong.body, 'role="alert"');
});

eachDatabase('pages are for those whom they are about', async (t, database) => {
  if (database.engine === 'postgresql') return;
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const [reader, other] = [await web.reader(), await web.reader()];
  const desk = await web.staff('arts', 'desk_clerk');
  const made = await web.ask(reader.token, 'POST', '/api/v1/requests', {
    body: { holding: { library: 'chem', localId: '000123' }, delivery: 'courier' },
    headers: { 'idempotency-key': 'key-00000001' },
  });
  const { number } = made.json();
  for (const path of ['/me', '/me/messages', '/request', '/desk', '/desk/readers']) {
    const visitor = await web.ask(null, 'GET', `${path}?lang=en`);
    t.equal(visitor.statusCode, 303, path);
    const next = new URLSearchParams({ lang: 'en', next: `${path}?lang=en` });
    t.equal(visitor.headers.location, `/sign-in?${next}`, 'signs in and comes back');
  }
  t.match((await web.ask(reader.token, 'GET', '/desk')).headers.location, /^\/me\?/);
  t.match((await web.ask(desk.token, 'GET', '/me')).headers.location, /^\/desk\?/);
  const own = await web.ask(reader.token, 'GET', `/me/requests/${number}`);
  t.match(own.body, chemistry.title);
  const foreign = await web.ask(other.token, 'GET', `/me/requests/${number}`);
  t.equal(foreign.statusCode, 404);
  t.notMatch(foreign.body, chemistry.title);
  t.equal((await web.ask(desk.token, 'GET', `/desk/requests/${number}`)).statusCode, 404);
  const cookie = `guanji=${reader.token}`;
  const forged = await web.ask(null, 'POST', `/me/requests/${number}/cancel`, {
    payload: Buffer.from('version=2&side=borrowing'),
    headers: {
      cookie,
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://evil.example',
    },
  });
  t.equal(forged.statusCode, 403, 'no other site’s form acts for a reader');
  const open = await web.ask(null, 'POST', '/sign-in?lang=en', {
    payload: Buffer.from('login=x&password=y&next=//evil.example/'),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  t.equal(open.statusCode, 401);
  t.notMatch(open.body, 'evil.example', 'a sign-in leads to our own pages only');
});
