import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';

/** What a journey happens in: a fresh gateway, an empty database, and a relay that takes the mail. */
export interface World {
  readonly address: string;
  readonly adminToken: string;
  readonly mails: Mailbox;
  /** Sets the gateway's clock ahead. */
  ahead(by: { readonly days?: number; readonly hours?: number }): Promise<void>;
  close(): Promise<void>;
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly id: string;
}

export interface Mailbox {
  readonly received: readonly Mail[];
  /** Resolves with the first mail that fits, whether it has come already or comes yet. */
  next(what: string, fits: (mail: Mail) => boolean): Promise<Mail>;
}

const patienceMs = 60_000;

export async function makeWorld(databaseUrl: string | null): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'guanji-journey-'));
  const relay = await startRelay();
  const database = databaseUrl === null ? null : await makeDatabase(databaseUrl);
  const adminToken = randomUUID();
  const child = fork(join(import.meta.dirname, 'gateway.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {
      ...process.env,
      PORT: '0',
      LOG_LEVEL: 'warn',
      GUANJI_DATA: folder,
      GUANJI_ADMIN_TOKEN: adminToken,
      SMTP_URL: `smtp://127.0.0.1:${relay.port}`,
      DATABASE_URL: database?.url ?? '',
    },
  });
  const { address } = await answerOf<{ address: string }>(child);
  await untilReady(address);
  return {
    address,
    adminToken,
    mails: relay,
    async ahead({ days = 0, hours = 0 }) {
      child.send({ aheadMs: (days * 24 + hours) * 3_600_000 });
      await answerOf(child);
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.send('stop');
      await ended;
      await relay.close();
      await database?.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A machine that was busy making the database may refuse calls for a moment more. */
async function untilReady(address: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { ok } = await fetch(`${address}/readyz`);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the gateway is not ready');
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the gateway ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

/** A real SMTP server that keeps what it is given. */
async function startRelay() {
  const received: Mail[] = [];
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push(readMail(Buffer.concat(chunks).toString('utf8')));
        for (const wake of waiting) wake();
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received,
    next: (what: string, fits: (mail: Mail) => boolean) =>
      new Promise<Mail>((resolve, reject) => {
        const look = () => {
          const mail = received.find(fits);
          if (mail === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(mail);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no mail came: ${what}`));
        }, patienceMs);
        waiting.add(look);
        look();
      }),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Header fields and the body of a mail of one plain part, which is all that is sent. */
function readMail(source: string): Mail {
  const cut = source.indexOf('\r\n\r\n');
  const head = source.slice(0, cut).replace(/\r\n[ \t]+/g, ' ');
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
  const body = source.slice(cut + 4);
  const encoding = field('Content-Transfer-Encoding').toLowerCase();
  const text =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? fromQuotedPrintable(body)
        : body;
  return { to: field('To'), subject: decodeWords(field('Subject')), text, id: field('Message-ID') };
}

function fromQuotedPrintable(text: string): string {
  const joined = text.replace(/=\r\n/g, '');
  const bytes = joined.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Encoded words (RFC 2047). */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, word: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString('utf8')
        : fromQuotedPrintable(word.replaceAll('_', ' ')),
    );
}

async function makeDatabase(serverUrl: string) {
  const name = `guanji_journey_${randomUUID().slice(0, 8)}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  return {
    url: url.href,
    remove: () => onServer(serverUrl, `drop database ${name} with (force)`),
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
