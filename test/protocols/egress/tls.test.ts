import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureVersion } from 'node:tls';
import t from 'tap';
import { createEgress } from '../../../src/protocols/egress.ts';
import { withoutPrograms } from '../../support/requirements.ts';
import { bodyOf, call, get, loopback, reasonOf } from './support.ts';

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
});
