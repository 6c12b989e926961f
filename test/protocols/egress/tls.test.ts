import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SecureVersion, TLSSocket } from 'node:tls';
import { SMTPServer } from 'smtp-server';
import t from 'tap';
import { createEgress } from '../../../src/protocols/egress.ts';
import { withoutPrograms } from '../../support/requirements.ts';
import { bodyOf, call, get, loopback, reasonOf, serveTcp } from './support.ts';

/** A key and a certificate of our own for one name, made for this run. */
function certificate(name: string, days: string) {
  const folder = mkdtempSync(join(tmpdir(), 'guanji-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', days, '-keyout', key];
  execFileSync('openssl', ['req', ...options, '-out', cert, ...subject], { stdio: 'ignore' });
  const made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
}

async function serveTls(
  made: ReturnType<typeof certificate>,
  maxVersion: SecureVersion,
  minVersion: SecureVersion = 'TLSv1.2',
) {
  const server = createServer({ ...made, maxVersion, minVersion }, (_request, response) =>
    response.end('in private'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (host: string) => `https://${host}:${port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/**
 * A server that greets in the clear and goes over to TLS when it is asked to (RFC 3207), where it says back
 * what it hears; `injected` goes out in the clear behind its consent.
 */
function serveStartTls(made: ReturnType<typeof certificate>, injected = '') {
  return serveTcp((socket) => {
    socket.write('220 at your service\r\n');
    socket.once('data', () => {
      socket.write(`220 go ahead\r\n${injected}`);
      const secured = new TLSSocket(socket, { isServer: true, ...made });
      secured.on('error', () => undefined);
      secured.on('data', (heard: Buffer) => secured.write(heard));
    });
  });
}

/** One line of a server that waits for us after it; anything behind it stays unread. */
async function line(socket: Socket): Promise<string> {
  let text = '';
  while (!text.endsWith('\n')) {
    const byte = socket.read(1) as Buffer | null;
    if (byte === null) await once(socket, 'readable');
    else text += byte.toString('latin1');
  }
  return text;
}

/** A command of SMTP and the lines of its reply (RFC 5321 section 4.2). */
async function said(socket: Socket, command: string): Promise<string[]> {
  socket.write(`${command}\r\n`);
  const lines: string[] = [];
  do lines.push(await line(socket));
  while (lines.at(-1)?.[3] === '-');
  return lines;
}

t.test('over TLS', { skip: withoutPrograms('openssl') }, async (t) => {
  const made = certificate('library.example', '2');
  const resolve = async () => ['127.0.0.1'];
  const trusting = { allow: loopback, resolve, certificateAuthorities: made.cert.toString() };

  t.test('one round trip more, two with the older version', async (t) => {
    for (const [version, roundTrips] of [
      ['TLSv1.3', 3],
      ['TLSv1.2', 4],
    ] as const) {
      const server = await serveTls(made, version);
      const egress = createEgress(trusting);
      const cold = call();
      const answer = await egress.request(get(server.url('library.example')), cold);
      t.equal((await bodyOf(answer)).toString(), 'in private');
      t.equal(cold.counts.roundTrips, roundTrips, version);
      t.same(cold.phases, ['dns', 'connect', 'tls', 'search']);
      const warm = call();
      await bodyOf(await egress.request(get(server.url('library.example')), warm));
      t.equal(warm.counts.roundTrips, 1);
      await egress.close();
      await server.close();
    }
  });

  t.test('only to the one the certificate names, and only if it is trusted', async (t) => {
    const server = await serveTls(made, 'TLSv1.3');
    const asked = async (egress: ReturnType<typeof createEgress>, host: string) => {
      const reason = await reasonOf(egress.request(get(server.url(host)), call()));
      await egress.close();
      return reason;
    };
    t.equal(await asked(createEgress(trusting), 'other.example'), 'tls');
    t.equal(await asked(createEgress(trusting), '127.0.0.1'), 'tls');
    t.equal(await asked(createEgress({ allow: loopback, resolve }), 'library.example'), 'tls');
    await server.close();
  });

  t.test('never with a version that is broken', async (t) => {
    const server = await serveTls(made, 'TLSv1.1', 'TLSv1');
    const egress = createEgress(trusting);
    const asked = egress.request(get(server.url('library.example')), call());
    t.equal(await reasonOf(asked), 'tls');
    await egress.close();
    await server.close();
  });

  t.test('from a connection that began in the clear, to the one it names', async (t) => {
    const server = await serveStartTls(made);
    const egress = createEgress(trusting);
    const agreed = async () => {
      const target = { host: 'library.example', port: server.port, tls: false };
      const plain = await egress.connect(target, call());
      t.equal(await line(plain), '220 at your service\r\n');
      plain.write('STARTTLS\r\n');
      t.equal(await line(plain), '220 go ahead\r\n');
      return plain;
    };
    const recorded = call();
    const secured = await egress.upgrade(await agreed(), 'library.example', recorded);
    t.ok(secured instanceof TLSSocket && secured.authorized && secured.encrypted);
    t.same(recorded.phases, ['tls']);
    t.equal(recorded.counts.roundTrips, 1);
    secured.write('in private\r\n');
    t.equal(await line(secured), 'in private\r\n');

    const other = await agreed();
    t.equal(await reasonOf(egress.upgrade(other, 'other.example', call())), 'tls');
    t.ok(other.destroyed, 'a connection that proved to be somebody else is not kept');
    t.equal(await reasonOf(egress.upgrade(other, 'library.example', call())), 'connect_reset');
    const late = await agreed();
    t.equal(await reasonOf(egress.upgrade(late, 'library.example', call(-1))), 'deadline');
    await egress.close();
    t.ok(secured.destroyed, 'closing lets go of upgraded connections too');
    await server.close();
  });

  t.test('as a mail server wants it', async (t) => {
    const server = new SMTPServer({ ...made, authOptional: true, disableReverseLookup: true });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as AddressInfo;
    const egress = createEgress(trusting);
    const plain = await egress.connect({ host: 'library.example', port, tls: false }, call());
    t.match(await line(plain), /^220 /);
    const offered = await said(plain, 'EHLO gateway.example');
    t.ok(offered.some((one) => one.includes('STARTTLS')));
    t.match(await said(plain, 'STARTTLS'), [/^220 /]);
    const secured = await egress.upgrade(plain, 'library.example', call());
    const again = await said(secured, 'EHLO gateway.example');
    t.notOk(again.some((one) => one.includes('STARTTLS')));
    t.match(await said(secured, 'MAIL FROM:<desk@gateway.example>'), [/^250 /]);
    t.match(await said(secured, 'QUIT'), [/^221 /]);
    await egress.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  t.test('but not over words said before the handshake, or a connection of others', async (t) => {
    const server = await serveStartTls(made, '250 injected\r\n');
    const egress = createEgress(trusting);
    const target = { host: 'library.example', port: server.port, tls: false };
    const plain = await egress.connect(target, call());
    await line(plain);
    plain.write('STARTTLS\r\n');
    await line(plain);
    t.equal(await reasonOf(egress.upgrade(plain, 'library.example', call())), 'tls');
    t.ok(plain.destroyed);
    const foreign = connect(server.port, '127.0.0.1');
    foreign.on('error', () => undefined);
    await once(foreign, 'connect');
    const asked = egress.upgrade(foreign, 'library.example', call());
    t.equal(await reasonOf(asked), 'forbidden_address');
    t.ok(foreign.destroyed);
    await egress.close();
    await server.close();
  });
});
