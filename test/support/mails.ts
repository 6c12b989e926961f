import { createResetHandler, resetJob } from '../../src/loans/access/forgotten.ts';
import type { PeopleContext } from '../../src/loans/people/context.ts';
import type { MailPayload } from '../../src/loans/people/mails.ts';
import { createJobRunner } from '../../src/store/jobs.ts';

/** Mails that wait in the outbox, oldest first. */
export async function mailsOf({ database }: PeopleContext): Promise<readonly MailPayload[]> {
  const rows = await database.db
    .selectFrom('outbox')
    .select('payload')
    .where('topic', '=', 'mail')
    .orderBy('id')
    .execute();
  return rows.map((row) => row.payload as unknown as MailPayload);
}

/** Every address in a text, as a reader would follow it. */
export function linksOf(text: string): readonly URL[] {
  return (text.match(/https?:\/\/[^\s）)]+/g) ?? []).map((link) => new URL(link));
}

/** Path and fragment of the last link that was mailed to somebody. */
export async function lastLinkTo(context: PeopleContext, address: string): Promise<string> {
  const mails = (await mailsOf(context)).filter(({ to }) => to === address);
  const link = mails.flatMap(({ text }) => linksOf(text)).at(-1);
  if (link === undefined) throw new Error(`no link was mailed to ${address}`);
  return `${link.pathname}${link.search}${link.hash}`;
}

/** Mails the links that were asked for with a forgotten password. */
export async function mailResets(context: PeopleContext): Promise<void> {
  const runner = createJobRunner({
    database: context.database,
    clock: context.clock,
    handlers: { [resetJob]: createResetHandler(context) },
    onError: (error) => {
      throw error;
    },
  });
  await runner.runDue();
}
