import type { Actor } from '../actor.ts';
import { LoanError } from '../errors.ts';
import type { AskingReader } from './asked.ts';
import type { Reading, Tx } from './context.ts';

/** A reader as forms show them. */
export interface FormReader extends AskingReader {
  readonly name: string;
  readonly barcode: string | null;
  readonly email: string;
  readonly phone: string | null;
}

/** The reader who acts; staff ask through the reader's own account only. */
export async function formReader(db: Reading, actor: Actor): Promise<FormReader> {
  return readerOf(await readerRows(db, actor).executeTakeFirst());
}

/**
 * The same, with the reader's row held until the transaction ends: requests of one reader wait for
 * each other here, so that limits are counted one at a time.
 */
export async function lockedReader(tx: Tx, actor: Actor): Promise<FormReader> {
  return readerOf(await readerRows(tx, actor).forUpdate('readers').executeTakeFirst());
}

function readerRows(db: Reading, actor: Actor) {
  if (actor.kind !== 'reader') {
    const sentence = { zh: '请以读者身份登录。', en: 'Sign in as a reader.' };
    throw new LoanError('forbidden', sentence, { rule: 'request.byReader' });
  }
  return db
    .selectFrom('readers')
    .leftJoin('reader_profiles', 'reader_profiles.reader_id', 'readers.id')
    .select([
      'readers.id',
      'readers.library_id',
      'readers.state',
      'readers.patron_group',
      'readers.barcode',
      'reader_profiles.name',
      'reader_profiles.email',
      'reader_profiles.phone',
    ])
    .where('readers.id', '=', actor.id);
}

type ReaderRow = Awaited<ReturnType<ReturnType<typeof readerRows>['executeTakeFirst']>>;

function readerOf(row: ReaderRow): FormReader {
  if (row === undefined) {
    throw new LoanError('not_found', { zh: '没有这位读者。', en: 'There is no such reader.' });
  }
  return {
    id: row.id,
    library: row.library_id,
    patronGroup: row.patron_group,
    approved: row.state === 'approved',
    name: row.name ?? '',
    barcode: row.barcode,
    email: row.email ?? '',
    phone: row.phone,
  };
}
