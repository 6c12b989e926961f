import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import { parse } from 'yaml';
import type { DatabaseAccess } from './app-database.ts';
import { type Settings, settingsFault } from './config.ts';
import { fetchThrough } from './egress-fetch.ts';
import { copiesFinder, loanLibraryFinder, recordFinder } from './loan-copies.ts';
import { createResetHandler, resetJob } from './loans/access/forgotten.ts';
import { systemActor } from './loans/actor.ts';
import { LoanError } from './loans/errors.ts';
import { installLifecycle } from './loans/lifecycle/install.ts';
import { loanJobHandlers } from './loans/lifecycle/timers.ts';
import { createMailSender, createWebhookSender, type Post } from './loans/notices/senders.ts';
import type { PeopleContext } from './loans/people/context.ts';
import {
  createHousekeeping,
  housekeepingJob,
  planHousekeeping,
} from './loans/people/housekeeping.ts';
import { photoJobHandlers } from './loans/pickup/enrolment.ts';
import { PolicyError } from './loans/policy/read.ts';
import { publishPolicy } from './loans/policy/store.ts';
import type { LoanContext } from './loans/requests/context.ts';
import { loansOfReader, unlinkJob, unlinkJobHandlers } from './loans/requests/privacy.ts';
import { externalLogins } from './logins.ts';
import type { Directory } from './members/directory.ts';
import type { Egress } from './protocols/types.ts';
import type { SearchEngine } from './search/types.ts';
import { deriveKey, secretKey } from './secret-key.ts';
import type { Clock } from './store/clock.ts';
import type { Database } from './store/database.ts';
import { createJobRunner, type JobHandler, schedule } from './store/jobs.ts';
import { createOutboxDelivery, outboxJob, releaseWaiting, type Sender } from './store/outbox.ts';
import type { LoanServices } from './web/api/loans/services.ts';

export interface RunningLoans extends LoanServices {
  /** Settles when the database is open and its work goes on; rejects with SettingsError. */
  readonly ready: Promise<void>;
  /** Ends the work in progress; the database is let go of after it. */
  close(): Promise<void>;
}

export interface LoanParts {
  readonly settings: Settings;
  readonly database: DatabaseAccess;
  readonly directory: Directory;
  readonly engine: SearchEngine;
  readonly egress: Egress;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
  /** Address of the pages as readers see it. */
  readonly site: () => string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Interlibrary loan as a whole: database, rules, timers and what is sent out. It opens by itself
 * while the rest of the gateway searches already; what is used before that is answered with 503.
 */
export function startLoans(parts: LoanParts): RunningLoans {
  const { settings, environment, egress, site } = parts;
  const logins = externalLogins(settings, environment, fetchThrough(egress), site);
  let opened: OpenLoans | null = null;
  const stop = new AbortController();
  const opening = openLoans(parts, stop.signal).then((loans) => {
    opened = loans;
  });
  // Whoever waits for `ready` hears of it; nobody else has to.
  opening.catch(() => {});
  return {
    loans: whenOpen(() => opened?.loans ?? null),
    people: whenOpen(() => opened?.people ?? null),
    logins,
    ready: opening,
    async close() {
      stop.abort();
      await opening.catch(() => {});
      await opened?.close();
    },
  };
}

/** Stands in for a part of what is being opened. */
function whenOpen<T extends object>(find: () => T | null): T {
  return new Proxy({} as T, {
    get(_target, key) {
      const found = find();
      if (found !== null) return Reflect.get(found, key);
      const sentence = {
        zh: '系统正在启动，请稍候。',
        en: 'The gateway is starting; try again soon.',
      };
      throw new LoanError('busy', sentence, { retryAfterSeconds: 2 });
    },
  });
}

interface OpenLoans extends Omit<LoanServices, 'logins'> {
  close(): Promise<void>;
}

async function openLoans(parts: LoanParts, signal: AbortSignal): Promise<OpenLoans> {
  const { settings, clock } = parts;
  const database = await parts.database.open(signal);
  const secret = await secretKey(settings.secretKey, resolve(settings.data));
  const loans = loanContext(parts, database, deriveKey(secret, 'pick-up pass'));
  const people = peopleContext(parts, database, loans);
  await installLifecycle(database);
  await publishFirstPolicy(loans, settings.loans.policy);
  await planHousekeeping(people);
  await database.transaction((tx) =>
    schedule(tx, { kind: unlinkJob, key: 'all', runAt: clock.now() }, clock.now()),
  );
  const out = outgoing(parts, secret);
  await releaseWaiting(database, Object.keys(out.senders), clock.now());
  const runner = createJobRunner({
    database,
    clock,
    handlers: jobHandlers(parts, loans, people, out.senders),
    onError: (error, job) => {
      const kind = job?.kind ?? null;
      parts.logger.warn({ err: error, kind }, 'a job failed and will be tried again');
    },
  });
  runner.start();
  return {
    loans,
    people,
    async close() {
      await runner.stop();
      out.close();
    },
  };
}

function jobHandlers(
  { clock, logger }: LoanParts,
  loans: LoanContext,
  people: PeopleContext,
  senders: Readonly<Record<string, Sender>>,
): Readonly<Record<string, JobHandler>> {
  const { database } = loans;
  return {
    ...loanJobHandlers(loans),
    ...photoJobHandlers(loans),
    ...unlinkJobHandlers(loans),
    [resetJob]: createResetHandler(people),
    [housekeepingJob]: createHousekeeping(people, ({ day, digest, rows }) => {
      logger.info({ day, digest, rows }, 'anchor of the audit trails');
    }),
    [outboxJob]: createOutboxDelivery({ database, clock, senders }),
  };
}

/** Longest wait for a mail relay to take a connection. */
const relayTimeoutMs = 20_000;

/** What sends mail and webhooks, by topic; a topic without one keeps its messages. */
function outgoing({ settings, egress, clock }: LoanParts, secret: Buffer) {
  const { smtpUrl } = settings;
  const { mailFrom, webhook } = settings.loans;
  const mail =
    smtpUrl === null
      ? null
      : createMailSender({
          url: smtpUrl,
          from: mailFrom,
          connect: (host, port) =>
            egress.connect(
              { host, port, tls: false },
              {
                signal: AbortSignal.timeout(relayTimeoutMs),
                deadline: performance.now() + relayTimeoutMs,
              },
            ),
        });
  const senders: Readonly<Record<string, Sender>> = {
    ...(mail && { mail: mail.send }),
    ...(webhook !== null && {
      webhook: createWebhookSender({
        url: webhook,
        secret: deriveKey(secret, 'webhook'),
        post: (url, init) => post(egress, url, init),
        now: () => clock.now(),
      }),
    }),
  };
  return { senders, close: () => mail?.close() };
}

const post = async (egress: Egress, url: string, init: Parameters<Post>[1]) => {
  const answer = await egress.request(
    {
      url: new URL(url),
      method: 'POST',
      headers: init.headers,
      body: new TextEncoder().encode(init.body),
      connections: 1,
    },
    { signal: init.signal, deadline: performance.now() + relayTimeoutMs },
  );
  answer.discard();
  return { status: answer.status };
};

function loanContext(parts: LoanParts, database: Database, passKey: Uint8Array): LoanContext {
  const { settings, engine, clock } = parts;
  const { shelfSchemes, timezone, webhook } = settings.loans;
  return {
    database,
    clock,
    findLibrary: loanLibraryFinder(parts.directory, clock),
    findRecord: recordFinder(engine),
    findCopies: copiesFinder(engine),
    shelfScheme: (library) => shelfSchemes[library] ?? 'clc',
    passKey,
    notices: {
      channels: webhook === null ? ['mail'] : ['mail', 'webhook'],
      templatesOf: () => null,
    },
    timezone,
  };
}

function peopleContext(parts: LoanParts, database: Database, loans: LoanContext): PeopleContext {
  return {
    database,
    clock: parts.clock,
    findLibrary: loans.findLibrary,
    parts: [loansOfReader],
    get site() {
      return parts.site();
    },
  };
}

/** Without a policy nothing could be asked for, so the first start publishes one. */
async function publishFirstPolicy(context: LoanContext, file: string | null): Promise<void> {
  const known = await context.database.db
    .selectFrom('policy_revisions')
    .select('revision')
    .limit(1)
    .executeTakeFirst();
  if (known !== undefined) return;
  const document = file === null ? builtInPolicy : await policyFile(file);
  try {
    await context.database.transaction((tx) => publishPolicy(context, tx, systemActor, document));
  } catch (error) {
    if (error instanceof PolicyError)
      throw settingsFault(`the policy ${file} cannot be used: ${error.message}`);
    throw error;
  }
}

/** No rule of its own: every parameter has its built-in value. */
const builtInPolicy = {
  id: 'built-in',
  title: { zh: '内置规则', en: 'Built-in rules' },
  source: 'Guanji',
  rules: [],
};

async function policyFile(file: string): Promise<unknown> {
  const path = resolve(import.meta.dirname, '..', file);
  try {
    return parse(await readFile(path, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    throw settingsFault(`the policy ${path} cannot be read: ${(error as Error).message}`);
  }
}
