import type { Actor } from '../actor.ts';
import type { FieldFault } from '../errors.ts';
import type { Delivery } from '../lifecycle/machine.ts';
import { currentPolicy } from '../policy/store.ts';
import type { Verdict } from './asked.ts';
import type { LoanContext } from './context.ts';
import { type PreparedRequest, prepareRequest, requireCitation } from './prepare.ts';
import { type FormReader, formReader } from './readers.ts';
import type { Citation, CopyHeld, RequestInput } from './types.ts';
import { assess, refusals } from './verdicts.ts';

/** One line of the form, with the name it has on paper. */
export interface FormField {
  readonly name: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly value: string | null;
}

export interface Preview {
  readonly form: readonly FormField[];
  readonly citation: Citation;
  readonly lender: {
    readonly id: string;
    readonly code: string;
    readonly name: { readonly zh: string; readonly en: string };
    readonly desk: { readonly zh: string; readonly en: string };
    readonly phone: string;
    readonly email: string;
  } | null;
  readonly deliveries: readonly Delivery[];
  readonly delivery: Delivery | null;
  /** Money is not reckoned yet: always empty. */
  readonly fees: readonly never[];
  readonly duplicates: readonly { readonly number: string; readonly state: string }[];
  readonly homeHoldings: { readonly state: string; readonly copies: readonly CopyHeld[] } | null;
  readonly volumes: { readonly used: number; readonly limit: number | null };
  readonly verdicts: readonly Verdict[];
  readonly faults: readonly FieldFault[];
  /** Whether it could be submitted as it stands. */
  readonly submittable: boolean;
  readonly policyRevision: number;
}

/** The filled form as it would be sent, with every rule's verdict. Writes nothing. */
export async function previewRequest(
  context: LoanContext,
  actor: Actor,
  input: RequestInput,
): Promise<Preview> {
  const { db } = context.database;
  const reader = await formReader(db, actor);
  const prepared = withDefaults(await prepareRequest(context, actor, input), reader);
  const citation = requireCitation(prepared);
  const { revision, policy } = await currentPolicy(context, db);
  const assessment = await assess(context, db, policy, reader, prepared, citation);
  const lender = prepared.lender === null ? null : context.findLibrary(prepared.lender);
  const faults = [...prepared.faults, ...refusals(assessment.verdicts)];
  return {
    form: formOf(context, prepared, citation, reader),
    citation,
    lender: lender && {
      id: lender.id,
      code: lender.code,
      name: lender.name,
      ...lender.contact,
    },
    deliveries: assessment.deliveries,
    delivery: assessment.delivery,
    fees: [],
    duplicates: assessment.duplicates,
    homeHoldings: prepared.homeCopies,
    volumes: { used: assessment.slotsTaken.length, limit: assessment.slots.limit },
    verdicts: assessment.verdicts,
    faults,
    submittable: faults.length === 0,
    policyRevision: revision,
  };
}

/** The reader's own data where the form leaves the recipient open. */
export function withDefaults(prepared: PreparedRequest, reader: FormReader): PreparedRequest {
  const { recipient } = prepared.read;
  return {
    ...prepared,
    read: {
      ...prepared.read,
      recipient: {
        name: recipient.name === '' ? reader.name : recipient.name,
        email: recipient.email === '' ? reader.email : recipient.email,
        phone: recipient.phone ?? reader.phone,
      },
    },
  };
}

function formOf(
  context: LoanContext,
  prepared: PreparedRequest,
  citation: Citation,
  reader: FormReader,
): readonly FormField[] {
  const { read, held } = prepared;
  const lender = prepared.lender === null ? null : context.findLibrary(prepared.lender);
  const title =
    citation.parallelTitle === null
      ? citation.title
      : `${citation.title} = ${citation.parallelTitle}`;
  const rows: readonly (readonly [string, string, string, string | null])[] = [
    ['title', '书刊名称', 'Title', title],
    ['edition', '版次', 'Edition', citation.edition],
    ['volume', '卷册', 'Volume', citation.volume],
    ['author', '作者', 'Author', citation.author],
    ['publisher', '出版社', 'Publisher', citation.publisher],
    ['year', '出版年', 'Year', citation.year],
    ['language', '文种', 'Language', citation.language],
    ['isbn', 'ISBN/ISSN', 'ISBN/ISSN', citation.isbn],
    ['type', '资料类型', 'Material', citation.type],
    ['classMark', '分类号', 'Class mark', held?.classMark ?? citation.classMark],
    ['callNumber', '索书号', 'Call number', held?.callNumber ?? citation.callNumber],
    ['lenderCode', '出借馆代码', 'Lender code', lender?.code ?? null],
    ['lenderName', '出借馆名称', 'Lending library', lender?.name.zh ?? null],
    ['readerBarcode', '读者条码', 'Reader barcode', reader.barcode],
    ['readerName', '读者姓名', 'Reader', reader.name],
    ['recipient', '收件人姓名', 'Recipient', read.recipient.name],
    ['email', 'E-mail', 'E-mail', read.recipient.email],
    ['phone', '电话/传真', 'Telephone', read.recipient.phone],
    ['delivery', '读者获取方式', 'Delivery', read.delivery],
    ['volumes', '册数', 'Volumes', String(read.volumes)],
    ['ownReference', '自定义申请单号', 'Own reference', read.ownReference],
    ['neededBy', '需用日期', 'Needed by', read.neededBy],
    ['note', '申请单备注', 'Note', read.note],
  ];
  return rows.map(([name, zh, en, value]) => ({ name, label: { zh, en }, value }));
}
