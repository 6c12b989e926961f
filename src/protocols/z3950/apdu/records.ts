import {
  type BerNode,
  child,
  childrenOf,
  encoded,
  inner,
  isSameContent,
  need,
  text,
} from '../ber/read.ts';
import { context, tagName, universal, universalTags } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { Z3950Error } from '../errors.ts';
import {
  type Diagnostic,
  decodeDefaultFormat,
  decodeDiagnosticList,
  decodeWrappedDiagRec,
  encodeDefaultFormat,
  encodeDiagRec,
} from './diagnostics.ts';
import { decodeExternal, type External, encodeExternal } from './external.ts';

const fragments = { 3: 'starting', 4: 'intermediate', 5: 'final' } as const;

/** One place of a list of records: a record, or the reason why it is none. */
export type NamedRecord =
  | { readonly kind: 'record'; readonly database?: string | undefined; readonly record: External }
  | {
      readonly kind: 'diagnostic';
      readonly database?: string | undefined;
      readonly diagnostic: Diagnostic;
    }
  /** Part of a record, only with level-2 segmentation; `encoded` is the EXTERNAL or OCTET STRING. */
  | {
      readonly kind: 'fragment';
      readonly database?: string | undefined;
      readonly part: 'starting' | 'intermediate' | 'final';
      readonly encoded: Uint8Array;
    };

/** What stands in a Search or Present response in the place of records. */
export type Records =
  | { readonly kind: 'records'; readonly records: readonly NamedRecord[] }
  /** The whole request failed; `multiple` tells the two ways of writing it. */
  | {
      readonly kind: 'diagnostics';
      readonly multiple: boolean;
      readonly diagnostics: readonly Diagnostic[];
    };

/** Finds the Records field among the fields of a response. */
export function decodeRecords(node: BerNode): Records | undefined {
  const list = child(node, 28);
  if (list !== undefined) return { kind: 'records', records: decodeNamedRecords(list) };
  const single = child(node, 130);
  if (single !== undefined) {
    return { kind: 'diagnostics', multiple: false, diagnostics: [decodeDefaultFormat(single)] };
  }
  const several = child(node, 205);
  if (several === undefined) return undefined;
  return { kind: 'diagnostics', multiple: true, diagnostics: decodeDiagnosticList(several) };
}

/** NamePlusRecord each; where the database name is left out, the one before it holds. */
export function decodeNamedRecords(node: BerNode): NamedRecord[] {
  const records: NamedRecord[] = [];
  let database: string | undefined;
  let before: BerNode | undefined;
  for (const one of childrenOf(node)) {
    const name = child(one, 0);
    // Nearly all records of an answer come from one database, whose name is read once.
    if (name !== undefined && (before === undefined || !isSameContent(before, name))) {
      database = text(name);
      before = name;
    }
    records.push(decodeNamedRecord(inner(need(one, 1)), database));
  }
  return records;
}

function decodeNamedRecord(choice: BerNode, database: string | undefined): NamedRecord {
  switch (choice.tag) {
    case context(1):
      return { kind: 'record', database, record: decodeExternal(inner(choice)) };
    case context(2):
      return { kind: 'diagnostic', database, diagnostic: decodeWrappedDiagRec(choice) };
    case context(3):
    case context(4):
    case context(5): {
      const part = fragments[(choice.tag - context(0)) as 3 | 4 | 5];
      return { kind: 'fragment', database, part, encoded: encoded(inner(choice)) };
    }
    default:
      throw new Z3950Error('apdu_malformed', `${tagName(choice.tag)} is no record.`);
  }
}

export function encodeRecords(records: Records | undefined): write.BerValue | null {
  if (records === undefined) return null;
  if (records.kind === 'records') {
    return write.field(28, records.records.map(encodeNamedRecord));
  }
  const [first] = records.diagnostics;
  if (!records.multiple && first !== undefined) return encodeDefaultFormat(first, context(130));
  return write.field(205, records.diagnostics.map(encodeDiagRec));
}

export function encodeNamedRecord(record: NamedRecord): write.BerValue {
  return write.sequence([
    write.optional.text(0, record.database),
    write.field(1, [encodeChoice(record)]),
  ]);
}

function encodeChoice(record: NamedRecord): write.BerValue {
  switch (record.kind) {
    case 'record':
      return write.field(1, [encodeExternal(record.record, universal(universalTags.external))]);
    case 'diagnostic':
      return write.field(2, [encodeDiagRec(record.diagnostic)]);
    case 'fragment': {
      const number = { starting: 3, intermediate: 4, final: 5 }[record.part];
      return write.field(number, [write.verbatim(record.encoded)]);
    }
  }
}
