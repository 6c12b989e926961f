import t from 'tap';
import { demoPeopleCommand, makeDemoPeople } from '../../src/cli/demo-people.ts';
import { InputError } from '../../src/cli/errors.ts';
import { signIn } from '../../src/loans/access/sign-in.ts';
import type { PeopleContext } from '../../src/loans/people/context.ts';
import { eachDatabase } from '../support/database.ts';
import { minimalDocument } from '../support/documents.ts';

t.setTimeout(120_000);

eachDatabase(
  'demonstration people sign in, and a second time with new passwords',
  async (t, db) => {
    const documents = ['demo-arts', 'demo-chem'].map((id) => minimalDocument(id));
    const context: PeopleContext = {
      database: db,
      clock: { now: () => new Date() },
      findLibrary: () => null,
      parts: [],
      site: '',
    };
    const enter = (login: string, password: string) =>
      signIn(context, { login, password }, { address: '192.0.2.1', device: null });
    const first = await makeDemoPeople(db, documents);
    const roles: string[] = [];
    for (const { login, password } of first) {
      const { actor } = await enter(login, password);
      roles.push(`${actor.roles} ${actor.libraryId}`);
    }
    t.same(roles, [
      'library_administrator demo-arts',
      'library_administrator demo-chem',
      'reader demo-arts',
    ]);
    const second = await makeDemoPeople(db, documents);
    t.same(
      second.map(({ login }) => login),
      first.map(({ login }) => login),
      'the same people',
    );
    const { login, password } = second[2] ?? { login: '', password: '' };
    t.equal((await enter(login, password)).actor.kind, 'reader');
    await t.rejects(enter(login, first[2]?.password ?? ''), 'the old password is good for nothing');
  },
);

t.test('a gateway with libraries of its own gets no demonstration people', async (t) => {
  const real = demoPeopleCommand({ GUANJI_CONNECTORS: 'connectors', LOG_LEVEL: 'silent' });
  await t.rejects(
    real,
    new InputError('this gateway has libraries of its own (GUANJI_CONNECTORS): no demo people'),
  );
});
