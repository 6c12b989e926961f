import { recordAudit } from '../../store/audit.ts';
import { asJson } from '../../store/values.ts';
import { type Actor, leadsAt, runsFederation } from '../actor.ts';
import { type FieldFault, LoanError, refuseFaults, type Sentence } from '../errors.ts';
import type { LoanContext, Reading, Tx } from '../requests/context.ts';

export const announcementKinds = ['suspension', 'resumption', 'holiday', 'notice'] as const;

export interface Announcement {
  readonly id: number;
  /** The library that posted it; null for the federation. */
  readonly library: string | null;
  readonly kind: (typeof announcementKinds)[number];
  readonly title: Sentence;
  readonly body: Sentence;
  readonly from: string;
  readonly to: string | null;
  readonly postedAt: string;
}

export interface AnnouncementInput {
  readonly kind: string;
  readonly title: Partial<Sentence>;
  readonly body: Partial<Sentence>;
  readonly from?: string | null;
  readonly to?: string | null;
}

/** Posts an announcement of a library, or of the federation. */
export async function postAnnouncement(
  context: LoanContext,
  tx: Tx,
  actor: Actor,
  input: AnnouncementInput,
): Promise<Announcement> {
  const library = actor.libraryId;
  const allowed = library === null ? runsFederation(actor) : leadsAt(actor, library);
  if (!allowed) {
    const sentence = {
      zh: '只有负责人可以发布公告。',
      en: 'Only a desk lead posts announcements.',
    };
    throw new LoanError('forbidden', sentence, { rule: 'announcement.lead' });
  }
  const now = context.clock.now();
  const { kind, title, body, from, to } = checked(input, now);
  const row = await tx
    .insertInto('announcements')
    .values({
      library,
      kind,
      title: asJson(title),
      body: asJson(body),
      from_at: from,
      to_at: to,
      posted_by: actor.id,
      posted_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await recordAudit(
    tx,
    {
      trail: library ?? 'federation',
      actor: { kind: actor.kind, id: actor.id },
      action: 'announcement.post',
      subject: { kind: 'announcement', id: String(row.id) },
      after: { kind },
    },
    now,
  );
  return {
    id: row.id,
    library,
    kind,
    title,
    body,
    from: from.toISOString(),
    to: to?.toISOString() ?? null,
    postedAt: now.toISOString(),
  };
}

function checked(input: AnnouncementInput, now: Date) {
  const faults: FieldFault[] = [];
  const fault = (pointer: string, zh: string, en: string) => {
    faults.push({ pointer, zh, en, rule: null });
  };
  const words = (value: Partial<Sentence>, pointer: string, most: number): Sentence => {
    for (const language of ['zh', 'en'] as const) {
      const text = value?.[language];
      if (typeof text !== 'string' || text.trim() === '' || text.length > most) {
        fault(
          `${pointer}/${language}`,
          `须为不超过${most}字符的文字。`,
          `must be text of at most ${most} characters`,
        );
      }
    }
    return { zh: String(value?.zh ?? ''), en: String(value?.en ?? '') };
  };
  const instant = (value: string | null | undefined, pointer: string): Date | null => {
    if (value === undefined || value === null || value === '') return null;
    const time = new Date(value);
    if (!Number.isNaN(time.getTime())) return time;
    fault(pointer, '须为时间。', 'must be a time');
    return null;
  };
  const kind = announcementKinds.find((known) => known === input.kind);
  if (kind === undefined) {
    fault('/kind', '种类不对。', `must be one of ${announcementKinds.join(', ')}`);
  }
  const title = words(input.title, '/title', 200);
  const body = words(input.body, '/body', 4000);
  const from = instant(input.from, '/from') ?? now;
  const to = instant(input.to, '/to');
  if (to !== null && to < from) fault('/to', '早于开始时间。', 'is before the beginning');
  refuseFaults(faults);
  return { kind: kind ?? 'notice', title, body, from, to };
}

/** Announcements that hold now, newest first; for everybody. */
export async function currentAnnouncements(
  context: LoanContext,
  db: Reading,
  library: string | null = null,
): Promise<readonly Announcement[]> {
  const now = context.clock.now();
  let query = db
    .selectFrom('announcements')
    .selectAll()
    .where('from_at', '<=', now)
    .where((where) => where.or([where('to_at', 'is', null), where('to_at', '>', now)]));
  if (library !== null) query = query.where('library', '=', library);
  const rows = await query.orderBy('from_at', 'desc').orderBy('id', 'desc').limit(100).execute();
  return rows.map((row) => ({
    id: row.id,
    library: row.library,
    kind: row.kind,
    title: row.title,
    body: row.body,
    from: row.from_at.toISOString(),
    to: row.to_at?.toISOString() ?? null,
    postedAt: row.posted_at.toISOString(),
  }));
}
