import t, { type Test } from 'tap';
import { fillDefaults } from '../../../src/members/defaults.ts';
import type { ConnectorInput } from '../../../src/members/document.ts';
import type { Accounts } from '../../../src/members/registration/accounts.ts';
import { addressesOf, oneHost, unapproved } from '../../../src/members/registration/addresses.ts';
import { seal, unseal } from '../../../src/members/registration/seal.ts';
import { furnish } from '../../../src/members/registration/vault.ts';
import { createConnector } from '../../../src/protocols/index.ts';
import { scripted } from '../../protocols/scripted.ts';
import { ask, dependencies, search } from '../../protocols/support.ts';
import { minimalDocument } from '../../support/documents.ts';
import { startScriptedServer } from '../../support/z3950-server.ts';

const tools = dependencies();
t.teardown(() => tools.close());

const environment = (name: string) => (name === 'OLD_PASSWORD' ? 'old' : undefined);

function library(connector: ConnectorInput) {
  return fillDefaults(minimalDocument('one', { connector }), {});
}

async function searchAs(t: Test, connector: ConnectorInput, accounts: Accounts) {
  const { library: document, secret } = furnish(library(connector), accounts, environment);
  t.notMatch(JSON.stringify(document), 's3cret', 'no password stands in what a connector shows');
  const made = createConnector(document, { egress: tools.egress, secret });
  await search(made, ask('x'));
  await made.close();
}

t.test(
  'an X-Service is asked with the account of the operation, else the default one',
  async (t) => {
    const server = await scripted(() => '<find><no_records>0</no_records></find>');
    await searchAs(
      t,
      { protocol: 'xservice', url: server.url },
      { default: { user: 'desk', password: 's3cret' } },
    );
    await searchAs(
      t,
      { protocol: 'xservice', url: server.url, credentials: { default: { user: 'old' } } },
      {
        default: { user: 'desk', password: 's3cret' },
        find: { user: 'finder', password: 's3cret-2' },
      },
    );
    t.same(
      server.seen
        .filter(({ parameters }) => parameters.get('op') === 'find')
        .map(({ parameters }) => [parameters.get('user_name'), parameters.get('user_password')]),
      [
        ['desk', 's3cret'],
        ['finder', 's3cret-2'],
      ],
    );
    await server.close();
  },
);

t.test(
  'a Z39.50 server is told group, user and password; the rest of its settings stays',
  async (t) => {
    const told: unknown[] = [];
    const server = await startScriptedServer((apdu) => {
      if (apdu.type === 'initRequest') told.push(apdu.authentication);
      return 'end';
    });
    const connector = {
      protocol: 'z3950',
      host: '127.0.0.1',
      port: server.port,
      database: 'D',
    } as const;
    const account = { user: 'desk', password: 's3cret', group: 'ill' };
    await searchAs(t, connector, { default: account });
    await searchAs(
      t,
      { ...connector, auth: { kind: 'open', user: 'reader', passwordEnv: 'OLD_PASSWORD' } },
      { default: { password: 's3cret' } },
    );
    t.match(told[0], { kind: 'idPass', group: 'ill', user: 'desk', password: 's3cret' });
    t.match(told.at(-1), { kind: 'open', token: 'reader/s3cret' });
    await server.close();
  },
);

t.test('without stored accounts a document stays as it is', async (t) => {
  const document = library({ protocol: 'sru', url: 'http://one.example/' });
  t.equal(furnish(document, {}, environment).library, document);
});

t.test('what is sealed opens for its own place and key only, and shows no length', async (t) => {
  const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const sealed = seal(key, 'one', '{"password":"密码"}');
  t.equal(JSON.parse(unseal(key, 'one', sealed) ?? 'null').password, '密码');
  t.equal(unseal(other, 'one', sealed), null);
  t.equal(unseal(key, 'two', sealed), null);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    if (unseal(key, 'one', changed) !== null) t.fail(`byte ${at} may be changed`);
  }
  t.equal(unseal(key, 'one', sealed.subarray(0, 20)), null);
  t.equal(seal(key, 'one', 'a').length, seal(key, 'one', 'a'.repeat(60)).length);
  t.notSame(seal(key, 'one', 'a'), seal(key, 'one', 'a'), 'nor that two are the same');
});

t.test('every address a document leads to is found, in one spelling', async (t) => {
  const http = library({
    protocol: 'http',
    url: 'https://OPAC.example./search?q={any}',
    records: 'r',
    fields: { title: 't' },
    indexes: { any: 'any' },
    session: { url: 'http://login.example:8080/first' },
    detail: { url: 'https://opac.example/book/{id}' },
    holdings: { url: 'https://[2001:DB8::1]:8443/items?id={id}' },
  });
  t.same(addressesOf(http.connector), [
    { host: 'opac.example', port: 443 },
    { host: 'login.example', port: 8080 },
    { host: '2001:db8::1', port: 8443 },
  ]);
  t.equal(oneHost('0x7f.1'), '127.0.0.1');
  t.equal(oneHost('１２７.0.0.1'), '127.0.0.1');
  t.same(unapproved([{ host: 'a.example', port: 1 }], [{ host: 'a.example', port: 2 }]), [
    { host: 'a.example', port: 1 },
  ]);
});
