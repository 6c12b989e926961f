import t from 'tap';
import { requestPasswordReset } from '../../src/loans/access/forgotten.ts';
import { administrator } from '../../src/loans/access/roles.ts';
import { acceptInvitation, inviteStaff } from '../../src/loans/access/staff.ts';
import type { Actor } from '../../src/loans/actor.ts';
import {
  fillTemplate,
  noticeTemplates,
  templateValues,
} from '../../src/loans/notices/templates.ts';
import { mailNames } from '../../src/loans/people/mails.ts';
import { registerReader } from '../../src/loans/people/registration.ts';
import {
  approveReader,
  refuseReader,
  reinstateReader,
  returnReader,
  suspendReader,
} from '../../src/loans/people/review.ts';
import { eachDatabase } from '../support/database.ts';
import { type LoanWeb, loanWeb } from '../support/loan-web.ts';
import { lastLinkTo, linksOf, mailResets, mailsOf } from '../support/mails.ts';
import { goodPassword } from '../support/people.ts';

t.setTimeout(120_000);

const lead: Actor = { kind: 'staff', id: 'lead', libraryId: 'home', roles: ['desk_lead'] };

/** Does everything that a mail is written about, so that each template is there as it is sent. */
async function causeEveryMail({ people }: LoanWeb): Promise<void> {
  const register = (login: string) =>
    registerReader(
      people,
      {
        libraryId: 'home',
        login,
        password: goodPassword,
        name: '林晓',
        cardNumber: `B${login}`,
        email: `${login}@reader.example`,
        phone: '010-5555 0101',
        locale: 'en',
      },
      { address: '192.0.2.7' },
    );
  const reader = await register('linxiao');
  await returnReader(people, lead, reader.readerId, { note: 'the card number, please' });
  const refused = await register('refused');
  await refuseReader(people, lead, refused.readerId, { note: 'not a reader of ours' });
  const good = await register('wang');
  await approveReader(people, lead, good.readerId, { patronGroup: 'teacher' });
  await suspendReader(people, lead, good.readerId, { note: 'books are late' });
  await reinstateReader(people, lead, good.readerId, {});
  await requestPasswordReset(people, { who: 'wang' }, { address: '192.0.2.7' });
  await mailResets(people);
  const grants = [{ role: 'desk_clerk', libraryId: 'home' }] as const;
  const email = 'clerk@staff.example';
  await inviteStaff(people, administrator, { name: 'Clerk', email, login: 'clerk', grants });
  const token = (await lastLinkTo(people, email)).split('#')[1] ?? '';
  await acceptInvitation(people, { token, password: goodPassword });
}

eachDatabase('every link that a mail can hold leads to a page', async (t, database) => {
  if (database.engine === 'postgresql') return;
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  await causeEveryMail(web);
  const rows = await database.db
    .selectFrom('outbox')
    .select('dedup_key')
    .where('topic', '=', 'mail')
    .execute();
  const written = new Set(rows.map(({ dedup_key }) => dedup_key.split(':')[0]));
  t.same([...written].sort(), [...mailNames].sort(), 'every template was sent');
  const links = (await mailsOf(web.people)).flatMap(({ text }) => linksOf(text));
  t.ok(links.length >= 4, `${links.length} links`);
  for (const { origin, pathname, search, hash } of links) {
    t.equal(origin, web.people.site, 'links lead to this gateway');
    t.equal(search, '', 'nothing is in the part that servers log');
    t.match(hash, /^$|^#[\w-]{43}$/);
    for (const lang of ['zh', 'en']) {
      const page = await web.ask(null, 'GET', `${pathname}?lang=${lang}`);
      t.equal(page.statusCode, 200, `${pathname} in ${lang}`);
      t.match(page.headers['content-type'], 'text/html');
      t.equal(page.headers['cache-control'], 'no-store');
      t.match(page.body, lang === 'zh' ? '<html lang="zh-CN">' : '<html lang="en">');
      t.match(page.body, /<form method="post"/);
    }
  }
});

t.test('notices about requests hold no link that could lead nowhere', async (t) => {
  const values = Object.fromEntries(templateValues.map((name) => [name, `<${name}>`]));
  for (const [name, template] of Object.entries(noticeTemplates)) {
    for (const { subject, body } of [template.zh, template.en]) {
      t.same(linksOf(fillTemplate(`${subject} ${body}`, values)), [], name);
    }
  }
});
