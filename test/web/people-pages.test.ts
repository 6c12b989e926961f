import type { Browser, Page } from 'playwright-core';
import t from 'tap';
import { administrator } from '../../src/loans/access/roles.ts';
import { inviteStaff } from '../../src/loans/access/staff.ts';
import type { Actor } from '../../src/loans/actor.ts';
import { listReaders } from '../../src/loans/people/readers.ts';
import { approveReader, returnReader } from '../../src/loans/people/review.ts';
import { checkLibrary } from '../../src/members/check.ts';
import { browse } from '../support/browser.ts';
import { eachDatabase } from '../support/database.ts';
import { minimalDocument } from '../support/documents.ts';
import { type LoanWeb, loanWeb } from '../support/loan-web.ts';
import { lastLinkTo, mailResets } from '../support/mails.ts';
import { goodPassword } from '../support/people.ts';
import { withoutPrograms } from '../support/requirements.ts';

t.setTimeout(180_000);

const clerk: Actor = { kind: 'staff', id: 'clerk', libraryId: 'home', roles: ['desk_clerk'] };
const email = 'lin@reader.example';

/** A browser's page that complains of nothing: no script error, no breach of the page's policy. */
async function openPage(browser: Browser, complaints: string[]): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return page;
}

function putHome(web: LoanWeb): void {
  const input = minimalDocument('home', { name: { zh: '示范馆', en: 'Demonstration Library' } });
  const checked = checkLibrary(input, {});
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
  web.directory.put(checked.library, input, 'file');
}

const skip = withoutPrograms('chromium');
if (skip) t.test('in a browser', { skip }, async () => {});
else {
  eachDatabase('a browser registers, corrects by the mail and signs in', async (t, database) => {
    if (database.engine === 'postgresql') return;
    const web = await loanWeb(database);
    putHome(web);
    const { browser, site } = await browse(t, web);
    const complaints: string[] = [];
    const page = await openPage(browser, complaints);
    const heading = () => page.textContent('h1');

    await page.goto(`${site}/register?lang=en`);
    await page
      .getByLabel('Your home library')
      .selectOption({ label: 'Demonstration home Library' });
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('Name (required)').fill('林晓');
    await page.getByLabel('library card number').fill('11010519491231002X');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Telephone').fill('010-5555 0101');
    await page.getByLabel('Login').fill('lin.xiao');
    await page.getByLabel('Password').fill('12345678');
    await page.keyboard.press('Enter');
    const errors = page.getByRole('alert');
    t.match(await errors.textContent(), /card/i, 'both faults are listed at once');
    t.equal(await errors.getByRole('link').count(), 2);
    t.equal(await page.getByLabel('Name (required)').inputValue(), '林晓', 'what was right stays');
    t.equal(await page.getByLabel('Password').inputValue(), '', 'a password is never sent back');
    const described = await page.getByLabel('library card number').getAttribute('aria-describedby');
    t.match(await page.textContent(`#${described}`), /identity|resident/i, 'the field says why');
    await page.getByLabel('library card number').fill('B2020');
    await page.getByLabel('Password').fill(goodPassword);
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]');
    t.match(await page.textContent('[role=status]'), 'lin.xiao');

    const { readers } = await listReaders(web.people, clerk, { libraryId: 'home' });
    const id = readers[0]?.id ?? '';
    await returnReader(web.people, clerk, id, { note: 'Please add your department.' });
    const link = await lastLinkTo(web.people, email);
    const seen: string[] = [];
    page.on('request', (request) => seen.push(request.url()));
    await page.goto(`${site}${link}`);
    await page.waitForSelector('.said');
    t.match(await page.textContent('.said'), 'Please add your department.');
    t.equal(
      await page.getByLabel('Name (required)').inputValue(),
      '林晓',
      'nothing is typed twice',
    );
    const secret = link.split('#')[1] ?? 'none';
    t.notOk(
      seen.some(
        (url) => new URL(url).search.includes(secret) || url.split('#')[0]?.includes(secret),
      ),
      'the secret is in no address that is asked for',
    );
    await page.getByLabel('Department').fill('化工学院');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.waitForSelector('[role=status]');
    t.match(await page.textContent('[role=status]'), 'Sent in again');
    await page.goto(`${site}${link}&again`);
    await page.waitForSelector('[role=alert]');
    t.match(await page.textContent('[role=alert]'), /expired or was used/);

    await approveReader(web.people, clerk, id, { patronGroup: 'teacher' });
    await page.goto(`${site}${await lastLinkTo(web.people, email)}?lang=en`);
    t.equal(await heading(), 'Sign in');
    await page.getByLabel('Login').fill('lin.xiao');
    await page.getByLabel('Password').fill('wrong password');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    t.match(await page.textContent('[role=alert]'), 'wrong');
    await page.getByLabel('Password').fill(goodPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/me\?/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/sign-in/);
    t.same(complaints, []);
  });

  eachDatabase('a forgotten password, and an invitation, by their mails', async (t, database) => {
    if (database.engine === 'postgresql') return;
    const web = await loanWeb(database);
    putHome(web);
    const { browser, site } = await browse(t, web);
    const complaints: string[] = [];
    const page = await openPage(browser, complaints);
    const address = 'clerk@staff.example';
    const grants = [{ role: 'desk_clerk', libraryId: 'home' }] as const;
    await inviteStaff(web.people, administrator, {
      name: 'Clerk',
      email: address,
      login: 'clerk',
      locale: 'en',
      grants,
    });
    await page.goto(`${site}${await lastLinkTo(web.people, address)}`);
    t.equal(new URL(page.url()).hash, '', 'the address forgets the secret');
    t.notOk(await page.locator('input[name=token]').isVisible(), 'nothing has to be copied');
    await page.locator('input[name=password]').fill('short');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    await page.locator('input[name=password]').fill(goodPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/sign-in/);
    await page.waitForSelector('[role=status]');

    await page.goto(`${site}/password/forgotten?lang=en`);
    await page.locator('input[name=who]').fill('clerk');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]');
    await mailResets(web.people);
    await page.goto(`${site}${await lastLinkTo(web.people, address)}`);
    const better = `${goodPassword} 二`;
    await page.locator('input[name=password]').fill(better);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/sign-in/);
    await page.goto(`${site}/desk?lang=en`);
    await page.waitForURL(/\/sign-in\?.*next=/);
    await page.getByLabel('Login').fill('clerk');
    await page.getByLabel('Password').fill(better);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/desk\?lang=en/);
    t.same(complaints, []);

    t.comment('without script the code of the mail is copied into its field');
    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await plain.goto(`${site}/password/new?lang=en`);
    t.ok(await plain.locator('input[name=token]').isVisible());
  });
}
