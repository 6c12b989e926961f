import { Buffer } from 'node:buffer';
import t, { type Test } from 'tap';
import { fetchThrough } from '../../src/egress-fetch.ts';
import { createCasProvider } from '../../src/loans/people/external/cas.ts';
import type { ExternalLogins } from '../../src/loans/people/external/login.ts';
import { createOauth2Provider } from '../../src/loans/people/external/oauth2.ts';
import { createOidcProvider } from '../../src/loans/people/external/oidc.ts';
import { createEgress } from '../../src/protocols/egress.ts';
import type { Database } from '../../src/store/database.ts';
import { eachDatabase } from '../support/database.ts';
import {
  type IdentityProviderStandIn,
  settingsAt,
  startIdentityProvider,
} from '../support/identity-provider.ts';
import { type LoanWeb, loanWeb, type Reply } from '../support/loan-web.ts';

t.setTimeout(240_000);

const site = 'http://ill.example';

eachDatabase(
  'a university says who somebody is, the library whether they may borrow',
  async (t, database) => {
    const { university, web } = await gatewayWithUniversity(t, database);
    const list = (await web.ask(null, 'GET', '/api/v1/logins')).json();
    t.same(
      list.logins.map((one: { id: string }) => one.id),
      ['oidc', 'carsi', 'cas'],
    );
    for (const [n, provider] of ['oidc', 'carsi', 'cas'].entries()) {
      university.person = `student-${n}`;
      const first = await travel(web, university, provider);
      t.match(first.json(), { kind: 'link_card' }, `${provider}: nobody's yet`);
      const linked = await web.ask(null, 'POST', '/api/v1/logins/links', {
        body: {
          ticket: first.json().ticket,
          library: 'home',
          name: '林晓',
          cardNumber: `2026100${n}`,
          email: `s${n}@students.example`,
          phone: '13800138000',
        },
      });
      t.equal(linked.statusCode, 202);
      t.match((await travel(web, university, provider)).json(), { kind: 'awaiting_review' });
      const desk = await web.staff('home', 'desk_clerk');
      const waiting = await web.ask(desk.token, 'GET', '/api/v1/readers?state=awaiting_review');
      const body = { patronGroup: 'graduate' };
      const path = `/api/v1/readers/${waiting.json().readers[0].id}/approve`;
      t.equal((await web.ask(desk.token, 'POST', path, { body })).statusCode, 200);
      const back = await travel(web, university, provider);
      t.match(back.json(), { kind: 'signed_in', actor: { libraryId: 'home', roles: ['reader'] } });
      const cookie = sessionCookie(back);
      const me = await web.ask(null, 'GET', '/api/v1/me', { headers: { cookie } });
      t.match(
        me.json(),
        { name: '林晓', patronGroup: 'graduate' },
        'the group is the library’s own',
      );
    }
  },
);

eachDatabase('what another browser began is not finished', async (t, database) => {
  const university = await startIdentityProvider();
  const web = await loanWeb(database, { logins: loginsAt(university, fetch as never) });
  t.teardown(async () => {
    await web.close();
    await university.close();
  });
  const begun = await web.ask(null, 'GET', '/api/v1/logins/cas');
  t.equal(begun.statusCode, 302);
  t.match(String(begun.headers['set-cookie']), /^guanji-login=.*HttpOnly.*SameSite=Lax/);
  const back = await university.visit(new URL(String(begun.headers.location)));
  const without = await web.ask(null, 'GET', `${back.pathname}${back.search}`);
  t.match(without.json(), { status: 409, rule: 'external.state' });
  t.equal((await web.ask(null, 'GET', '/api/v1/logins/nowhere')).statusCode, 404);
});

eachDatabase('a browser goes on to pages, its ticket behind the hash', async (t, database) => {
  const { university, web } = await gatewayWithUniversity(t, database);
  const signIn = await web.ask(null, 'GET', '/sign-in?lang=en');
  t.match(signIn.body, 'href="/api/v1/logins/cas"');
  const travelOn = () => travel(web, university, 'cas', 'text/html,*/*;q=0.8');
  const first = await travelOn();
  t.equal(first.statusCode, 303);
  const [path = '', ticket = ''] = String(first.headers.location).split('#');
  t.equal(path, '/register/link');
  const send = (form: Record<string, string>) =>
    web.ask(null, 'POST', `${path}?lang=en`, {
      payload: Buffer.from(new URLSearchParams(form).toString()),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const form = { ticket, library: 'home', send: '1', name: '林晓', email: 's@students.example' };
  const faulty = await send({ ...form, phone: '13800138000' });
  t.equal(faulty.statusCode, 400);
  t.match(faulty.body, /library card number is required/);
  const sent = await send({ ...form, phone: '13800138000', cardNumber: '20261000' });
  t.match(sent.body, /role="status"/);
  t.match((await travelOn()).headers.location, '/sign-in?waits=1');
  const { token } = await web.staff('home', 'desk_clerk');
  const waiting = await web.ask(token, 'GET', '/api/v1/readers?state=awaiting_review');
  const approval = `/api/v1/readers/${waiting.json().readers[0].id}/approve`;
  await web.ask(token, 'POST', approval, { body: { patronGroup: 'graduate' } });
  const back = await travelOn();
  t.equal(back.headers.location, '/me');
  const me = await web.ask(null, 'GET', '/me', { headers: { cookie: sessionCookie(back) } });
  t.match(me.body, '林晓');
});

/** A gateway whose readers may sign in at a university, which it reaches through its egress. */
async function gatewayWithUniversity(t: Test, database: Database) {
  const university = await startIdentityProvider();
  const egress = createEgress({ allow: ['127.0.0.0/8:1024-65535'] });
  const web = await loanWeb(database, { logins: loginsAt(university, fetchThrough(egress)) });
  t.teardown(async () => {
    await web.close();
    await egress.close();
    await university.close();
  });
  return { university, web };
}

function loginsAt(
  university: IdentityProviderStandIn,
  providerFetch: ReturnType<typeof fetchThrough>,
): ExternalLogins {
  const { origin } = university;
  const name = { zh: '示范大学', en: 'Demonstration University' };
  const { client, bridge } = settingsAt(university, name);
  return {
    providers: [
      createOidcProvider({ ...client, id: 'oidc', issuer: `${origin}/oidc` }, providerFetch),
      createOauth2Provider({ ...client, ...bridge, id: 'carsi' }, providerFetch),
      createCasProvider({ id: 'cas', name, url: `${origin}/cas`, version: 3 }, providerFetch),
    ],
    redirectUri: (id) => `${site}/api/v1/logins/${id}/back`,
  };
}

/** Goes to the university and comes back, as one browser does. */
async function travel(
  web: LoanWeb,
  university: IdentityProviderStandIn,
  provider: string,
  accept = 'application/json',
): Promise<Reply> {
  const begun = await web.ask(null, 'GET', `/api/v1/logins/${provider}`);
  const [cookie = ''] = String(begun.headers['set-cookie']).split(';');
  const back = await university.visit(new URL(String(begun.headers.location)));
  return await web.ask(null, 'GET', `${back.pathname}${back.search}`, {
    headers: { cookie, accept },
  });
}

function sessionCookie(reply: Reply): string {
  const cookies = [reply.headers['set-cookie'] ?? []].flat();
  return cookies.find((one) => one.startsWith('guanji='))?.split(';')[0] ?? '';
}
