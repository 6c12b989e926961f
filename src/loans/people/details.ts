import { asJson } from '../../store/values.ts';
import type { FieldFault } from '../errors.ts';
import { cardFault, isResidentNumber } from './cards.ts';
import { type OptionalField, optionalFields, type RegistrationScheme } from './scheme.ts';
import { cleanText, isEmail, isPhone, keyOf, missing, type TextField, textFault } from './text.ts';

/** What a reader enters about themselves. */
export interface DetailsInput extends Partial<Record<OptionalField, string | null>> {
  readonly name?: string | null;
  readonly cardNumber?: string | null;
  readonly email?: string | null;
  /** The home library's own fields, by their names in its scheme. */
  readonly extra?: Readonly<Record<string, string | null>> | null;
}

export interface Details extends Readonly<Record<OptionalField, string | null>> {
  readonly name: string;
  readonly cardNumber: string | null;
  readonly email: string;
  readonly extra: Readonly<Record<string, string>>;
}

const nameField: TextField = { label: { zh: '姓名', en: 'Name' }, maxLength: 60 };
const emailField: TextField = {
  label: { zh: '电子邮箱', en: 'E-mail' },
  maxLength: 254,
  plain: true,
};
const optionalNames = Object.keys(optionalFields) as OptionalField[];

/** Checks what was entered against the library's scheme; lists every fault, first things first. */
export function readDetails(
  input: DetailsInput,
  scheme: RegistrationScheme,
): { readonly details: Details; readonly faults: readonly FieldFault[] } {
  const faults: FieldFault[] = [];
  const read = (value: unknown, field: TextField, pointer: string, required: boolean) => {
    const fault = textFault(value, field, pointer);
    const text = cleanText(field.plain ? plain(value) : value);
    if (fault !== null) faults.push(fault);
    else if (text === null && required) faults.push(missing(field.label, pointer));
    return fault === null ? text : null;
  };
  const name = read(input.name, nameField, '/name', true);
  const cardField = { label: scheme.card.label, maxLength: 40, plain: true };
  const cardNumber = read(input.cardNumber, cardField, '/cardNumber', true);
  if (cardNumber !== null) push(faults, cardFault(cardNumber, scheme.card, '/cardNumber'));
  const email = read(input.email, emailField, '/email', true);
  if (email !== null && !isEmail(email)) faults.push(badEmail);
  const optional = Object.fromEntries(
    optionalNames.map((field) => [
      field,
      read(input[field], optionalFields[field], `/${field}`, scheme.required.includes(field)),
    ]),
  ) as Record<OptionalField, string | null>;
  if (optional.phone !== null && !isPhone(optional.phone)) faults.push(badPhone);
  const extra = readExtra(input.extra ?? {}, scheme, read, faults);
  for (const [pointer, text] of [['/remark', optional.remark], ...pointersOf(extra)] as const) {
    if (text !== null && isResidentNumber(text)) faults.push(residentNumber(pointer));
  }
  return {
    details: { name: name ?? '', cardNumber, email: email ?? '', ...optional, extra },
    faults,
  };
}

function plain(value: unknown): unknown {
  return typeof value === 'string' ? value.normalize('NFKC') : value;
}

function push(faults: FieldFault[], fault: FieldFault | null): void {
  if (fault !== null) faults.push(fault);
}

function readExtra(
  input: Readonly<Record<string, unknown>>,
  scheme: RegistrationScheme,
  read: (value: unknown, field: TextField, pointer: string, required: boolean) => string | null,
  faults: FieldFault[],
): Readonly<Record<string, string>> {
  const known = new Set(scheme.extra.map((field) => field.name));
  for (const name of Object.keys(input).slice(0, 50)) {
    if (known.has(name)) continue;
    const zh = '该馆没有这一项。';
    const en = 'The library has no such field.';
    faults.push({ pointer: `/extra/${name.slice(0, 40)}`, rule: 'extra.unknown', zh, en });
  }
  const entries = scheme.extra.flatMap((field) => {
    const value = Object.hasOwn(input, field.name) ? input[field.name] : null;
    const text = read(value, field, `/extra/${field.name}`, field.required);
    return text === null ? [] : [[field.name, text] as const];
  });
  return Object.fromEntries(entries);
}

function pointersOf(extra: Readonly<Record<string, string>>) {
  return Object.entries(extra).map(([name, text]) => [`/extra/${name}`, text] as const);
}

const badEmail: FieldFault = {
  pointer: '/email',
  rule: 'email.form',
  zh: '电子邮箱格式不对。',
  en: 'This is not an e-mail address.',
};

const badPhone: FieldFault = {
  pointer: '/phone',
  rule: 'phone.form',
  zh: '联系电话格式不对。',
  en: 'This is not a telephone number.',
};

function residentNumber(pointer: string): FieldFault {
  return {
    pointer,
    rule: 'card.resident',
    zh: '请不要在这里填写居民身份证号码。',
    en: 'Do not enter an identity-card number here.',
  };
}

/** Details as columns of reader_profiles. */
export function profileRow(details: Details) {
  const { name, cardNumber, email, extra, ...optional } = details;
  return {
    name,
    card_number: cardNumber,
    email,
    email_key: keyOf(email),
    ...optional,
    extra: asJson(extra),
  };
}
