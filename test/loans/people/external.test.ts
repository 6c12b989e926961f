import { administrator } from '../../../src/loans/access/roles.ts';
import { resumeSession } from '../../../src/loans/access/sessions.ts';
import { createCasProvider } from '../../../src/loans/people/external/cas.ts';
import {
  decideLink,
  endLink,
  linkLibraryCard,
  listLinks,
} from '../../../src/loans/people/external/links.ts';
import {
  beginExternalLogin,
  type ExternalLogins,
  finishExternalLogin,
  listProviders,
} from '../../../src/loans/people/external/login.ts';
import { createOauth2Provider } from '../../../src/loans/people/external/oauth2.ts';
import { createOidcProvider } from '../../../src/loans/people/external/oidc.ts';
import type { ProviderFetch } from '../../../src/loans/people/external/provider.ts';
import { approveReader, refuseReader } from '../../../src/loans/people/review.ts';
import { eachDatabase } from '../../support/database.ts';
import {
  type IdentityProviderStandIn,
  type ProviderFault,
  settingsAt,
  startIdentityProvider,
} from '../../support/identity-provider.ts';
import { type PeopleWorld, peopleWorld, refusalOf, registration } from '../../support/people.ts';

const providerFetch: ProviderFetch = (url, options) => fetch(url, options as RequestInit);

function loginsOf(standIn: IdentityProviderStandIn): ExternalLogins {
  const { origin } = standIn;
  const name = { zh: '统一认证', en: 'Campus sign-in' };
  const cas = { name, url: `${origin}/cas` };
  const { client, bridge } = settingsAt(standIn, name);
  return {
    providers: [
      createOidcProvider({ ...client, id: 'oidc', issuer: `${origin}/oidc` }, providerFetch),
      createOauth2Provider({ ...client, ...bridge, id: 'carsi' }, providerFetch),
      createCasProvider({ ...cas, id: 'cas2', version: 2 }, providerFetch),
      createCasProvider({ ...cas, id: 'cas3', version: 3 }, providerFetch),
    ],
    redirectUri: (id) => `https://ill.example/api/v1/sessions/${id}/return`,
  };
}

/** Goes to the provider and comes back, as one browser does. */
async function travel(
  world: PeopleWorld,
  logins: ExternalLogins,
  standIn: IdentityProviderStandIn,
  providerId: string,
) {
  const { url, browserSecret } = await beginExternalLogin(world.context, logins, providerId);
  const currentUrl = await standIn.visit(url);
  const back = { providerId, currentUrl, browserSecret };
  const finish = (changes: Partial<typeof back> = {}) =>
    finishExternalLogin(world.context, logins, { ...back, ...changes }, world.origin);
  return { ...back, finish };
}

const card = (login: string) => {
  const { password: _password, ...input } = registration(login);
  return input;
};

eachDatabase(
  'follows every sign-in elsewhere by a library card and its approval',
  async (t, database) => {
    const standIn = await startIdentityProvider();
    t.teardown(() => standIn.close());
    const world = peopleWorld(database);
    const logins = loginsOf(standIn);
    const clerk = await world.staff('desk_clerk', 'lib-a');
    t.same(
      listProviders(logins).map(({ id }) => id),
      ['oidc', 'carsi', 'cas2', 'cas3'],
    );
    for (const [n, { id }] of logins.providers.entries()) {
      standIn.person = `person-${id}`;
      const go = async () => await (await travel(world, logins, standIn, id)).finish();
      const first = await go();
      if (first.kind !== 'link_card') throw new Error(`${id}: ${first.kind}`);
      t.equal(first.domain, id === 'carsi' ? 'univ.example.edu' : null);
      const bare = linkLibraryCard(
        world.context,
        first.ticket,
        { libraryId: 'lib-a' },
        world.origin,
      );
      t.equal(
        (await refusalOf(bare)).faults.length,
        4,
        'a card and who one is are still asked for',
      );
      await linkLibraryCard(world.context, first.ticket, card(`reader${n}`), world.origin);
      t.equal((await go()).kind, 'awaiting_review');
      const { id: readerId } = await database.db
        .selectFrom('readers')
        .select('id')
        .where('state', '=', 'awaiting_review')
        .executeTakeFirstOrThrow();
      await approveReader(world.context, clerk, readerId, { patronGroup: 'graduate' });
      const last = await go();
      if (last.kind !== 'signed_in') throw new Error(`${id}: ${last.kind}`);
      t.match(last.session.actor, { kind: 'reader', id: readerId, libraryId: 'lib-a' });
      t.match(await resumeSession(world.context, last.session.token), { actor: { id: readerId } });
    }
    const groups = await database.db.selectFrom('readers').select('patron_group').execute();
    t.ok(
      groups.every((row) => row.patron_group === 'graduate'),
      'nobody is a teacher because a provider says so',
    );
    const subjects = await database.db.selectFrom('identity_links').select('subject').execute();
    t.ok(subjects.some(({ subject }) => subject === 'univ.example.edu!person-carsi'));
  },
);

eachDatabase('links an identity to a card that is approved already', async (t, database) => {
  const standIn = await startIdentityProvider();
  t.teardown(() => standIn.close());
  const world = peopleWorld(database);
  const { context, origin } = world;
  const logins = loginsOf(standIn);
  const clerk = await world.staff('desk_clerk', 'lib-a');
  const reader = await world.reader('zhao');
  const go = async () => await (await travel(world, logins, standIn, 'oidc')).finish();
  const first = await go();
  const second = await go();
  if (first.kind !== 'link_card' || second.kind !== 'link_card') throw new Error('no ticket');
  t.same(await linkLibraryCard(context, first.ticket, card('zhao'), origin), {
    state: 'awaiting_review',
  });
  const again = linkLibraryCard(context, second.ticket, card('zhao'), origin);
  t.match(await refusalOf(again), { code: 'taken', rule: 'identity_links_holder' });
  const reused = linkLibraryCard(context, first.ticket, card('zhao'), origin);
  t.match(await refusalOf(reused), { code: 'refused', rule: 'token.link_card' });
  t.equal((await database.db.selectFrom('readers').selectAll().execute()).length, 1);

  t.equal((await go()).kind, 'awaiting_review', 'the card’s owner is asked by the desk first');
  const [link] = await listLinks(context, clerk, 'lib-a');
  t.match(link, { readerId: reader.id, provider: 'oidc', name: '林晓' });
  const linkId = link?.id ?? '';
  const foreign = await world.staff('desk_clerk', 'lib-b');
  for (const actor of [foreign, reader, administrator]) {
    const refusal = await refusalOf(decideLink(context, actor, linkId, 'approved'));
    t.equal(refusal.code, 'not_found');
  }
  await decideLink(context, clerk, linkId, 'approved');
  t.match(await refusalOf(decideLink(context, clerk, linkId, 'refused')), { code: 'not_open' });
  t.match(await go(), { kind: 'signed_in', session: { actor: { id: reader.id } } });
  t.match(await refusalOf(endLink(context, clerk, linkId)), { code: 'not_found' });
  await endLink(context, reader, linkId);
  t.equal((await go()).kind, 'link_card', 'an ended link opens nothing');

  standIn.person = 'person-2';
  const stranger = await go();
  if (stranger.kind !== 'link_card') throw new Error(stranger.kind);
  const named = { ...card('zhao'), login: 'zhao2', name: '别人' };
  t.same(await linkLibraryCard(context, stranger.ticket, named, origin), {
    state: 'awaiting_review',
  });
  t.same(await listLinks(context, clerk, 'lib-a'), [], 'another name is a new registration');
  const lead = await world.staff('desk_lead', 'lib-a');
  const { id } = await database.db
    .selectFrom('readers')
    .select('id')
    .where('state', '=', 'awaiting_review')
    .executeTakeFirstOrThrow();
  await refuseReader(context, lead, id, { note: '不是本人' });
  t.equal((await go()).kind, 'link_card', 'an identity that was refused is free again');
});

eachDatabase(
  'refuses a sign-in that was not begun in this browser, or twice',
  async (t, database) => {
    const standIn = await startIdentityProvider();
    t.teardown(() => standIn.close());
    const world = peopleWorld(database);
    const logins = loginsOf(standIn);
    const refused = { code: 'refused', rule: 'external.state' };
    for (const id of ['oidc', 'carsi', 'cas3']) {
      const mine = await travel(world, logins, standIn, id);
      const other = await travel(world, logins, standIn, id);
      const stolen = mine.finish({ browserSecret: other.browserSecret });
      t.match(await refusalOf(stolen), refused, `${id}: somebody else’s browser`);
      const fixed = new URL(mine.currentUrl);
      fixed.searchParams.set('state', 'guanji');
      t.match(await refusalOf(mine.finish({ currentUrl: fixed })), refused, `${id}: a fixed state`);
      const mixed = mine.finish({ providerId: id === 'oidc' ? 'carsi' : 'oidc' });
      t.match(await refusalOf(mixed), refused, `${id}: another provider’s answer`);
      if (id !== 'carsi') {
        // Somebody else's code or ticket, put into one's own way back; PKCE or the service tells.
        const swapped = new URL(mine.currentUrl);
        const name = id === 'oidc' ? 'code' : 'ticket';
        swapped.searchParams.set(name, other.currentUrl.searchParams.get(name) ?? '');
        const injected = await refusalOf(mine.finish({ currentUrl: swapped }));
        t.match(injected, { code: 'refused', rule: `external.${id}` });
      } else await mine.finish();
      t.match(await refusalOf(mine.finish()), refused, `${id}: a second time`);
      const late = await travel(world, logins, standIn, id);
      world.pass(601);
      t.match(await refusalOf(late.finish()), refused, `${id}: too late`);
    }
    const unknown = beginExternalLogin(world.context, logins, 'nobody');
    t.match(await refusalOf(unknown), { code: 'not_found' });
    t.same(await database.db.selectFrom('sessions').selectAll().execute(), []);
  },
);

eachDatabase('refuses what a provider may not say', async (t, database) => {
  const standIn = await startIdentityProvider();
  t.teardown(() => standIn.close());
  const world = peopleWorld(database);
  const logins = loginsOf(standIn);
  const faults: readonly (readonly [string, ProviderFault])[] = [
    ['oidc', 'wrong_issuer'],
    ['oidc', 'wrong_nonce'],
    ['oidc', 'wrong_audience'],
    ['oidc', 'wrong_signature'],
    ['oidc', 'expired'],
    ['carsi', 'no_domain'],
    ['cas2', 'doctype'],
    ['cas3', 'broken_xml'],
    ['cas3', 'too_long'],
    ['cas3', 'two_users'],
  ];
  for (const [id, fault] of faults) {
    standIn.fault = fault;
    const refusal = await refusalOf((await travel(world, logins, standIn, id)).finish());
    t.match(refusal, { code: 'refused', rule: `external.${id}` }, fault);
  }
  standIn.fault = null;
  for (const person of ['', 'x'.repeat(300), 'two words', 'a\u202Eb']) {
    standIn.person = person;
    const refusal = await refusalOf((await travel(world, logins, standIn, 'oidc')).finish());
    t.equal(refusal.rule, 'external.oidc', `a subject like ${JSON.stringify(person.slice(0, 12))}`);
  }
  await standIn.close();
  const away = beginExternalLogin(world.context, loginsOf(standIn), 'oidc');
  t.match(await refusalOf(away), { rule: 'external.oidc' }, 'a provider that is away');
});
