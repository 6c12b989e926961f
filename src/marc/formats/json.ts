import { type Field, isControlField, type MarcRecord, type Subfield } from '../types.ts';
import { LEADER_LENGTH } from './directory.ts';
import { MarcError } from './errors.ts';

/** A field of MARC-in-JSON: one member, whose name is the tag. */
export type JsonField = Readonly<
  Record<string, string | { ind1: string; ind2: string; subfields: Record<string, string>[] }>
>;

export interface JsonMarc {
  readonly leader: string;
  readonly fields: readonly JsonField[];
}

/** The record in MARC-in-JSON (Ross Singer's form, which yaz-marcdump and pymarc read). */
export function marcToJson(record: MarcRecord): JsonMarc {
  return {
    leader: record.leader,
    fields: record.fields.map((field) => ({
      [field.tag]: isControlField(field)
        ? field.value
        : {
            ind1: field.ind1,
            ind2: field.ind2,
            subfields: field.subfields.map(({ code, value }) => ({ [code]: value })),
          },
    })),
  };
}

/** A record from MARC-in-JSON or marc-record-js's form; text is brought to NFC. Throws MarcError for any other value. */
export function marcFromJson(value: unknown): MarcRecord {
  if (!isObject(value) || !Array.isArray(value.fields)) {
    throw new MarcError(
      'not_marc',
      'The value is no MARC-in-JSON record: it has no list of fields.',
    );
  }
  const leader = typeof value.leader === 'string' ? value.leader : '';
  return {
    leader: leader.slice(0, LEADER_LENGTH).padEnd(LEADER_LENGTH),
    fields: value.fields.flatMap(readField),
  };
}

function readField(value: unknown, index: number): Field[] {
  if (!isObject(value)) throw notAField(index);
  if (typeof value.tag === 'string') return [readNamedField(value, value.tag, index)];
  return Object.entries(value).map(([tag, content]) => {
    if (typeof content === 'string') return { tag, value: content.normalize('NFC') };
    if (!isObject(content) || !Array.isArray(content.subfields)) throw notAField(index);
    return {
      tag,
      ind1: indicator(content.ind1),
      ind2: indicator(content.ind2),
      subfields: content.subfields.flatMap((subfield) => readSubfield(subfield, index)),
    };
  });
}

/** The other JSON that is met, where a field says its tag and a subfield its code (marc-record-js). */
function readNamedField(value: Record<string, unknown>, tag: string, index: number): Field {
  if (typeof value.value === 'string') return { tag, value: value.value.normalize('NFC') };
  if (!Array.isArray(value.subfields)) throw notAField(index);
  return {
    tag,
    ind1: indicator(value.ind1),
    ind2: indicator(value.ind2),
    subfields: value.subfields.map((subfield) => {
      if (!isObject(subfield) || typeof subfield.code !== 'string') throw notAField(index);
      // A subfield without a value is met; it is as empty as one that says so.
      const text = typeof subfield.value === 'string' ? subfield.value : '';
      return { code: subfield.code, value: text.normalize('NFC') };
    }),
  };
}

function readSubfield(value: unknown, index: number): Subfield[] {
  if (!isObject(value)) throw notAField(index);
  return Object.entries(value).map(([code, text]) => {
    if (typeof text !== 'string') throw notAField(index);
    return { code, value: text.normalize('NFC') };
  });
}

function indicator(value: unknown): string {
  return typeof value === 'string' && value !== '' ? (value[0] as string) : ' ';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notAField(index: number): MarcError {
  return new MarcError('not_marc', `Element ${index + 1} of the fields is no MARC-in-JSON field.`);
}
