import t from 'tap';
import { eachDatabase } from '../support/database.ts';
import { type LoanWeb, loanWeb, type Seated } from '../support/loan-web.ts';

t.setTimeout(240_000);

const asked = { holding: { library: 'chem', localId: '000123' }, delivery: 'courier' };
const requests = '/api/v1/requests';

const submit = (web: LoanWeb, reader: Seated, key: string, more: object = {}) =>
  web.ask(reader.token, 'POST', requests, {
    body: { ...asked, ...more },
    headers: { 'idempotency-key': key },
  });

eachDatabase('the same key gives the same request, to the byte', async (t, database) => {
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const reader = await web.reader();
  const [first, twin] = await Promise.all([
    submit(web, reader, 'key-00000001'),
    submit(web, reader, 'key-00000001'),
  ]);
  const statuses = [first.statusCode, twin.statusCode].toSorted();
  t.ok(
    ['201,201', '201,409'].includes(statuses.join()),
    `one is made, the other waits: ${statuses}`,
  );
  const made = first.statusCode === 201 ? first : twin;
  const again = await submit(web, reader, 'key-00000001');
  t.equal(again.statusCode, 201);
  t.equal(again.body, made.body);
  t.equal(again.headers.etag, made.headers.etag);
  t.equal(again.headers['idempotent-replayed'], 'true');
  const list = (await web.ask(reader.token, 'GET', requests)).json();
  t.equal(list.requests.length, 1);
  const other = await submit(web, reader, 'key-00000001', { volumes: 2 });
  t.equal(other.statusCode, 422);
  t.equal(other.json().type, '/problems/key-reused');
  const strangers = await submit(web, await web.reader(), 'key-00000001');
  t.not(strangers.json().number, made.json().number, 'keys of two people never meet');
  t.equal((await web.ask(reader.token, 'POST', requests, { body: asked })).statusCode, 400);
});

eachDatabase('a refusal is a refusal again, with its rule', async (t, database) => {
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const reader = await web.reader();
  await submit(web, reader, 'key-00000002', { volumes: 3 });
  const fourth = await submit(web, reader, 'key-00000003');
  t.equal(fourth.statusCode, 409);
  t.match(fourth.headers['content-type'], /^application\/problem\+json/);
  t.match(fourth.json(), { type: '/problems/over-limit', rule: 'loan.maxVolumes' });
  const again = await submit(web, reader, 'key-00000003');
  t.equal(again.body, fourth.body);
  const english = await web.ask(reader.token, 'POST', requests, {
    body: asked,
    headers: { 'idempotency-key': 'key-00000004', 'accept-language': 'en' },
  });
  t.match(english.json().detail, /three volumes/);
  const note = await submit(web, await web.reader(), 'key-00000005', { note: '备'.repeat(51) });
  t.equal(note.statusCode, 400);
  t.match(note.json().errors, [{ pointer: '/note', rule: 'request.noteMax' }]);
});

eachDatabase(
  'twenty requests at once with two volumes out end at exactly three',
  async (t, database) => {
    const web = await loanWeb(database);
    t.teardown(() => web.close());
    const reader = await web.reader();
    await submit(web, reader, 'key-00000006', { volumes: 2 });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        submit(web, reader, `key-many-${n}`, { citation: { volume: `第${n}册` } }),
      ),
    );
    const statuses = replies.map((reply) => reply.statusCode);
    t.equal(statuses.filter((status) => status === 201).length, 1);
    t.equal(statuses.filter((status) => status === 409).length, 19);
  },
);

eachDatabase('an action needs the version that was read', async (t, database) => {
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const reader = await web.reader();
  const desk = await web.staff('chem', 'desk_clerk');
  const { number } = (await submit(web, reader, 'key-00000007')).json();
  const path = `${requests}/${number}/actions/promise`;
  t.equal((await web.ask(desk.token, 'POST', path, { body: {} })).statusCode, 428);
  const seen = await web.ask(desk.token, 'GET', `${requests}/${number}`);
  const headers = { 'if-match': String(seen.headers.etag) };
  const done = await web.ask(desk.token, 'POST', path, { body: {}, headers });
  t.equal(done.statusCode, 200);
  t.equal(done.headers.etag, `"${done.json().version}"`);
  const late = await web.ask(desk.token, 'POST', path, { body: {}, headers });
  t.match(late.json(), {
    status: 412,
    type: '/problems/precondition-failed',
    rule: 'loan.version',
  });
  const now = { 'if-match': String(done.headers.etag) };
  const twice = await web.ask(desk.token, 'POST', path, { body: {}, headers: now });
  t.match(twice.json(), { status: 409, type: '/problems/not-open' });
  const unknown = { reason: 'x', secret: 1 };
  const refused = await web.ask(desk.token, 'POST', path, { body: unknown, headers: now });
  t.match(refused.json(), { status: 400, errors: [{ pointer: '/secret' }] });
});

eachDatabase(
  'a browser is known by its cookie, and no other site acts for it',
  async (t, database) => {
    const web = await loanWeb(database);
    t.teardown(() => web.close());
    const reader = await web.reader();
    const cookie = `guanji=${reader.token}`;
    const me = await web.ask(null, 'GET', '/api/v1/me', { headers: { cookie } });
    t.equal(me.statusCode, 200);
    t.equal(me.headers['cache-control'], 'no-store');
    const preview = (headers: Record<string, string>) =>
      web.ask(null, 'POST', `${requests}/preview`, {
        body: asked,
        headers: { cookie, ...headers },
      });
    t.equal((await preview({ origin: 'https://evil.example' })).statusCode, 403);
    t.equal((await preview({ 'sec-fetch-site': 'cross-site' })).statusCode, 403);
    t.equal((await preview({ origin: 'null' })).statusCode, 403);
    const own = {
      host: 'ill.example',
      origin: 'https://ill.example',
      'sec-fetch-site': 'same-origin',
    };
    t.equal((await preview(own)).statusCode, 200);
    const out = await web.ask(null, 'DELETE', '/api/v1/sessions/current', { headers: { cookie } });
    t.equal(out.statusCode, 204);
    t.match(String(out.headers['set-cookie']), /^guanji=;.*HttpOnly.*SameSite=Lax/);
    t.equal((await web.ask(null, 'GET', '/api/v1/me', { headers: { cookie } })).statusCode, 401);
    t.equal(
      (await web.ask(reader.token, 'GET', '/api/v1/me')).statusCode,
      401,
      'the token is dead too',
    );
  },
);

eachDatabase('tries to sign in are limited, and names are not told', async (t, database) => {
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const tryOut = (login: string) =>
    web.ask(null, 'POST', '/api/v1/sessions', { body: { login, password: 'wrong' } });
  const first = await tryOut('nobody-at-all');
  t.match(first.json(), { status: 401, rule: 'sign_in' });
  for (let n = 0; n < 4; n++) await tryOut('nobody-at-all');
  const sixth = await tryOut('nobody-at-all');
  t.equal(sixth.statusCode, 429);
  t.ok(Number(sixth.headers['retry-after']) > 0);
  let refused = 0;
  for (let n = 0; n < 20; n++) refused += (await tryOut(`other-${n}`)).statusCode === 429 ? 1 : 0;
  t.ok(refused >= 5, 'one address may try no more than the settings say, whatever the names');
});

eachDatabase('a photo is taken as a form of parts, below its limit', async (t, database) => {
  const web = await loanWeb(database);
  t.teardown(() => web.close());
  const reader = await web.reader();
  const put = (bytes: Buffer, consent: string) => {
    const boundary = 'boundary-of-the-test';
    const part = (head: string) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n`;
    const payload = Buffer.concat([
      Buffer.from(`${part('name="consent"')}\r\n${consent}\r\n`),
      Buffer.from(`${part('name="photo"; filename="a.jpg"')}Content-Type: image/jpeg\r\n\r\n`),
      bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    return web.ask(reader.token, 'PUT', '/api/v1/me/photo', { payload, headers });
  };
  const large = await put(Buffer.alloc(501 * 1024, 1), 'true');
  t.match(large.json(), { status: 400, rule: 'account.photo.maxBytes' });
  const huge = await put(Buffer.alloc(2_000_000, 1), 'true');
  t.match(huge.json(), { status: 400, rule: 'account.photo.maxBytes' });
  const none = await put(Buffer.from('no image'), 'true');
  t.match(none.json(), { status: 400, rule: 'account.photo.type' });
  const unasked = await put(Buffer.from('no image'), 'no');
  t.match(unasked.json(), { rule: 'pickup.consent' });
});
