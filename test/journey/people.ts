import { person } from './client.ts';
import { check, deskOf, equal, readerOf, type Story } from './steps.ts';

const password = 'Wide rivers run quietly 7';
export const readerPassword = 'Seven small herons wait';
const readerLogin = 'zhang.san';
export const readerMail = 'zhang.san@students.example.org';

/** The administrator invites the people of a desk, who set their passwords by the mail's link. */
export async function staffDesk(story: Story, library: string): Promise<void> {
  const { world, cast } = story;
  const login = `desk.${library}`;
  const email = `${login}@libraries.example.org`;
  await story.step(`the desk of ${library} is invited, accepts by mail and signs in`, async () => {
    await cast.administrator.ask('POST', '/staff', {
      body: {
        name: `Desk ${library}`,
        email,
        login,
        locale: 'en',
        grants: ['desk_clerk', 'desk_lead', 'library_administrator'].map((role) => ({
          role,
          library,
        })),
      },
      expect: 201,
    });
    const mail = await world.mails.next('the invitation', (one) => one.to.includes(email));
    const token = /#([\w-]{43})/.exec(mail.text)?.[1];
    const desk = person(world.address, `desk of ${library}`);
    await desk.ask('POST', '/staff/invitations', { body: { token, password }, expect: 204 });
    await desk.signIn(login, password);
    const { body } = await desk.ask('GET', '/sessions/current');
    equal(body.actor.libraryId, library, "the desk's library");
    cast.desks.set(library, desk);
  });
}

/** From a first visit to a signed-in reader. */
export async function becomeReader(story: Story, home: string): Promise<void> {
  const { world, cast, step } = story;
  const visitor = person(world.address, 'reader');
  const desk = deskOf(story, home);
  const card = '20261234567';
  await step('a registration without anything lists all that is missing', async () => {
    const { body } = await visitor.ask('POST', '/readers', {
      body: { library: home },
      expect: 400,
    });
    const pointers = body.errors.map((fault: { pointer: string }) => fault.pointer);
    equal(
      pointers.toSorted(),
      ['/cardNumber', '/email', '/name', '/password', '/phone'],
      'the fields at fault',
    );
  });
  await step('an identity-card number in the card field is refused', async () => {
    const { body } = await visitor.ask('POST', '/readers', {
      body: { ...details(home), cardNumber: '11010519491231002X' },
      expect: 400,
    });
    check(
      body.errors.some((fault: { pointer: string }) => fault.pointer === '/cardNumber'),
      'a fault',
    );
  });
  await step('a reader registers under the home library', async () => {
    const { body } = await visitor.ask('POST', '/readers', {
      body: { ...details(home), cardNumber: card },
      expect: 201,
    });
    equal(body.state, 'awaiting_review', 'the state');
    cast.readerId = body.id;
    await world.mails.next('that it was received', (mail) => mail.to.includes(readerMail));
  });
  await step('nobody signs in before the library has approved', async () => {
    const body = { login: readerLogin, password: readerPassword };
    await visitor.ask('POST', '/sessions', { body, expect: 403 });
  });
  await step(
    'the home desk finds the registration, sends it back, and it is corrected',
    async () => {
      const list = await desk.ask('GET', '/readers?state=awaiting_review');
      check(
        list.body.readers.some((one: { id: string }) => one.id === cast.readerId),
        'the registration in the list',
      );
      await desk.ask('POST', `/readers/${cast.readerId}/return`, {
        body: { note: 'Please give the number printed on the card.' },
      });
      const mail = await world.mails.next('what to correct', (one) =>
        /correction/i.test(one.subject),
      );
      const token = /#([\w-]{43})/.exec(mail.text)?.[1];
      const {
        library: _library,
        login: _login,
        password: _password,
        locale: _locale,
        ...rest
      } = details(home);
      await visitor.ask('POST', '/readers/corrections', {
        body: { token, ...rest, cardNumber: '20261234568' },
      });
    },
  );
  await step('the home desk approves, and the reader is told by mail', async () => {
    const { body } = await desk.ask('GET', `/readers/${cast.readerId}`);
    check(body.actions.includes('approve'), 'approval to be open');
    await desk.ask('POST', `/readers/${cast.readerId}/approve`, {
      body: { patronGroup: 'graduate' },
      version: body.version,
    });
    const mail = await world.mails.next('the approval', (one) => /approved/.test(one.subject));
    check(mail.to.includes(readerMail), "the reader's address");
  });
  await step('the reader signs in and sees the profile', async () => {
    await signReaderIn(story);
    const { body } = await readerOf(story).ask('GET', '/me');
    equal(body.name, '张三', 'the name');
    check(body.barcode !== null, 'a reader number');
  });
}

export async function signReaderIn(story: Story): Promise<void> {
  const reader = story.cast.reader ?? person(story.world.address, 'reader');
  await reader.signIn(readerLogin, readerPassword);
  story.cast.reader = reader;
}

/** Desk sessions end after some hours; a day later everybody signs in again. */
export async function signEverybodyIn(story: Story): Promise<void> {
  for (const [library, desk] of story.cast.desks) await desk.signIn(`desk.${library}`, password);
  await signReaderIn(story);
}

function details(library: string) {
  return {
    library,
    login: readerLogin,
    password: readerPassword,
    locale: 'en',
    name: '张三',
    email: readerMail,
    phone: '13800138000',
    department: '化学学院',
  };
}
