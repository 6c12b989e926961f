import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { recordAudit } from '../../store/audit.ts';
import { asJson, type Json } from '../../store/values.ts';
import { holds, refuseRole, scopeOf, trailOf } from '../access/roles.ts';
import { type Actor, runsFederation } from '../actor.ts';
import { type FieldFault, LoanError, notFound, refuseFaults } from '../errors.ts';
import type { PeopleContext, Tx } from './context.ts';

/** Profile fields that a library may require beside name, card and e-mail. */
export const optionalFields = {
  phone: { label: { zh: '联系电话', en: 'Telephone' }, maxLength: 30, plain: true },
  department: { label: { zh: '院系', en: 'Department' }, maxLength: 80 },
  major: { label: { zh: '专业', en: 'Major' }, maxLength: 80 },
  gender: { label: { zh: '读者性别', en: 'Gender' }, maxLength: 10 },
  address: { label: { zh: '通信地址', en: 'Postal address' }, maxLength: 200 },
  postcode: { label: { zh: '邮政编码', en: 'Postcode' }, maxLength: 12, plain: true },
  title: { label: { zh: '读者职称', en: 'Position' }, maxLength: 40 },
  degree: { label: { zh: '读者学历', en: 'Degree' }, maxLength: 40 },
  remark: { label: { zh: '备注', en: 'Remark' }, maxLength: 200, lines: true },
} as const;
export type OptionalField = keyof typeof optionalFields;

const sentence = Type.Object(
  { zh: Type.String({ minLength: 1, maxLength: 500 }), en: Type.String({ maxLength: 500 }) },
  { additionalProperties: false },
);
const id = Type.String({ pattern: '^[a-z][a-z0-9_-]{0,31}$' });

/** How one library registers its readers. */
export const schemeSchema = Type.Object(
  {
    open: Type.Boolean(),
    card: Type.Object(
      {
        label: sentence,
        /** Any may fit; `#` a digit, `@` a letter, `*` either, the rest itself. */
        masks: Type.Array(Type.String({ minLength: 2, maxLength: 32 }), { maxItems: 20 }),
        check: Type.Enum(['none', 'luhn', 'resident']),
        example: Type.String({ maxLength: 40 }),
      },
      { additionalProperties: false },
    ),
    required: Type.Array(Type.Enum(Object.keys(optionalFields) as OptionalField[]), {
      uniqueItems: true,
      maxItems: 20,
    }),
    extra: Type.Array(
      Type.Object(
        {
          name: id,
          label: sentence,
          required: Type.Boolean(),
          maxLength: Type.Integer({ minimum: 1, maximum: 200 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 10 },
    ),
    patronGroups: Type.Array(
      Type.Object({ id, label: sentence }, { additionalProperties: false }),
      { minItems: 1, maxItems: 40 },
    ),
    instructions: sentence,
  },
  { additionalProperties: false },
);
export type RegistrationScheme = Type.Static<typeof schemeSchema>;
export type CardScheme = RegistrationScheme['card'];

const checker = Compile(schemeSchema);

/** In force at libraries that have not said otherwise. */
export const defaultScheme: RegistrationScheme = {
  open: true,
  card: {
    label: { zh: '借书证号码', en: 'library card number' },
    masks: [],
    check: 'none',
    example: '',
  },
  required: ['phone'],
  extra: [],
  patronGroups: [
    { id: 'undergraduate', label: { zh: '本科生', en: 'Undergraduate' } },
    { id: 'graduate', label: { zh: '硕士研究生', en: 'Graduate student' } },
    { id: 'doctoral', label: { zh: '博士研究生', en: 'Doctoral student' } },
    { id: 'teacher', label: { zh: '教师', en: 'Teacher' } },
    { id: 'staff', label: { zh: '职工', en: 'Staff' } },
  ],
  instructions: {
    zh: '请如实填写本人信息，提交后经本馆审查通过方可登录。',
    en: 'Enter your own true details; you can sign in once your library has approved them.',
  },
};

export interface SchemeInForce {
  readonly scheme: RegistrationScheme;
  /** 0 where the library has none of its own. */
  readonly revision: number;
}

/** The scheme a library registers by. Throws LoanError not_found where readers cannot register. */
export async function schemeOf(
  context: PeopleContext,
  tx: Tx,
  libraryId: string,
): Promise<SchemeInForce> {
  const library = context.findLibrary(libraryId);
  if (library === null || !library.borrow) {
    throw notFound('没有这个可注册的图书馆。', 'There is no such library to register with.');
  }
  const row = await tx
    .selectFrom('registration_schemes')
    .select(['document', 'revision'])
    .where('library_id', '=', libraryId)
    .executeTakeFirst();
  if (row === undefined) return { scheme: defaultScheme, revision: 0 };
  return { scheme: row.document as unknown as RegistrationScheme, revision: row.revision };
}

/** The same for a form that is shown to anybody. */
export async function readScheme(
  context: PeopleContext,
  libraryId: string,
): Promise<SchemeInForce> {
  return await context.database.transaction((tx) => schemeOf(context, tx, libraryId));
}

/** Changes how a library registers; `ifRevision` is the one the change was made from. */
export async function putScheme(
  context: PeopleContext,
  actor: Actor,
  libraryId: string,
  scheme: unknown,
  ifRevision: number,
): Promise<SchemeInForce> {
  if (!holds(actor, libraryId, ['library_administrator']) && !runsFederation(actor)) {
    refuseRole('scheme.change');
  }
  refuseFaults(schemeFaults(scheme));
  const now = context.clock.now();
  return await context.database.transaction(
    async (tx) => {
      const { revision } = await schemeOf(context, tx, libraryId);
      const document = scheme as RegistrationScheme;
      const row = { document: asJson(document), updated_at: now, updated_by: actor.id };
      const written = await tx
        .insertInto('registration_schemes')
        .values({ library_id: libraryId, revision: ifRevision + 1, ...row })
        .onConflict((conflict) =>
          conflict
            .column('library_id')
            .doUpdateSet({ revision: ifRevision + 1, ...row })
            .where('registration_schemes.revision', '=', ifRevision),
        )
        .returning('revision')
        .executeTakeFirst();
      if (written === undefined || revision !== ifRevision) throw stale();
      await recordAudit(
        tx,
        {
          trail: trailOf(actor, libraryId),
          actor,
          action: 'scheme.change',
          subject: { kind: 'library', id: libraryId },
          before: { revision },
          after: { revision: written.revision, scheme: document as unknown as Json },
        },
        now,
      );
      return { scheme: document, revision: written.revision };
    },
    { scope: scopeOf(actor) },
  );
}

export function stale(): LoanError {
  return new LoanError('stale', {
    zh: '内容已被他人修改，请刷新后再试。',
    en: 'Somebody has changed this meanwhile; load it again.',
  });
}

function schemeFaults(scheme: unknown): readonly FieldFault[] {
  if (checker.Check(scheme)) return [];
  return [...checker.Errors(scheme)].slice(0, 50).map((error) => ({
    pointer: error.instancePath,
    rule: null,
    zh: `注册方案格式不对：${error.instancePath} ${error.message}`,
    en: `The scheme is not valid: ${error.instancePath} ${error.message}`,
  }));
}
