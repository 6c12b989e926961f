import { decodeExternal, type External, encodeExternal } from '../apdu/external.ts';
import { type BerNode, boolean, child, childrenOf, octets, parseBer, text } from '../ber/read.ts';
import { context } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { Z3950Error } from '../errors.ts';
import { recordSyntaxes } from '../oid.ts';
import type { DecodeText } from './text.ts';

/** Fields of HoldingsAndCircData that are strings, by tag (record syntax 1.2.840.10003.5.102). */
const holdingsFields = {
  1: 'typeOfRecord',
  2: 'encodingLevel',
  3: 'format',
  4: 'receiptAcqStatus',
  5: 'generalRetention',
  6: 'completeness',
  7: 'dateOfReport',
  8: 'nucCode',
  9: 'localLocation',
  10: 'shelvingLocation',
  11: 'callNumber',
  12: 'shelvingData',
  13: 'copyNumber',
  14: 'publicNote',
  15: 'reproductionNote',
  16: 'termsUseRepro',
  17: 'enumAndChron',
} as const;
type HoldingsField = (typeof holdingsFields)[keyof typeof holdingsFields];

const volumeFields = { 1: 'enumeration', 2: 'chronology', 3: 'enumAndChron' } as const;
type VolumeField = (typeof volumeFields)[keyof typeof volumeFields];

const circulationFields = {
  2: 'availabilityDate',
  3: 'availableThru',
  4: 'restrictions',
  5: 'itemId',
  8: 'enumAndChron',
  9: 'midspine',
  10: 'temporaryLocation',
} as const;
type CirculationField = (typeof circulationFields)[keyof typeof circulationFields];

export type OpacVolume = Readonly<Partial<Record<VolumeField, string>>>;

export interface OpacCirculation extends Readonly<Partial<Record<CirculationField, string>>> {
  /** Mandatory in the standard, left out by some servers: then undefined, which is not false. */
  readonly availableNow?: boolean;
  readonly renewable?: boolean;
  readonly onHold?: boolean;
}

export interface OpacHoldings extends Readonly<Partial<Record<HoldingsField, string>>> {
  readonly volumes: readonly OpacVolume[];
  readonly circulation: readonly OpacCirculation[];
}

export interface OpacRecord {
  readonly bibliographic: External | null;
  readonly holdings: readonly (
    | { readonly kind: 'holdings'; readonly data: OpacHoldings }
    | { readonly kind: 'marc'; readonly record: External }
  )[];
}

/** Reads the payload of an EXTERNAL of the OPAC syntax. `decode` reads strings, in the library's charset. */
export function decodeOpac(record: External, decode?: DecodeText): OpacRecord {
  if (record.encoding !== 'single') {
    throw new Z3950Error('record_malformed', 'An OPAC record must be a single ASN.1 value.');
  }
  const string = (node: BerNode) => (decode === undefined ? text(node) : decode(octets(node)));
  const node = parseBer(record.content);
  const bibliographic = child(node, 1);
  const holdings = child(node, 2);
  return {
    bibliographic: bibliographic === undefined ? null : decodeExternal(bibliographic),
    holdings: (holdings === undefined ? [] : childrenOf(holdings)).map((one) =>
      one.tag === context(1)
        ? { kind: 'marc', record: decodeExternal(one) }
        : { kind: 'holdings', data: decodeHoldings(one, string) },
    ),
  };
}

function decodeHoldings(node: BerNode, string: (node: BerNode) => string): OpacHoldings {
  const volumes = child(node, 18);
  const circulation = child(node, 19);
  return {
    ...strings(node, holdingsFields, string),
    volumes: (volumes === undefined ? [] : childrenOf(volumes)).map((one) =>
      strings(one, volumeFields, string),
    ),
    circulation: (circulation === undefined ? [] : childrenOf(circulation)).map((one) => ({
      ...strings(one, circulationFields, string),
      ...flag(one, 1, 'availableNow'),
      ...flag(one, 6, 'renewable'),
      ...flag(one, 7, 'onHold'),
    })),
  };
}

function strings<F extends string>(
  node: BerNode,
  fields: Readonly<Record<number, F>>,
  string: (node: BerNode) => string,
): Partial<Record<F, string>> {
  const found: Partial<Record<F, string>> = {};
  for (const one of childrenOf(node)) {
    const name = fields[one.tag - context(0)];
    if (name !== undefined) found[name] = string(one);
  }
  return found;
}

function flag<F extends string>(
  node: BerNode,
  number: number,
  name: F,
): Partial<Record<F, boolean>> {
  const found = child(node, number);
  return (found === undefined ? {} : { [name]: boolean(found) }) as Partial<Record<F, boolean>>;
}

/** An OPAC record as a server sends it. */
export function encodeOpac(record: OpacRecord): External {
  const value = write.sequence([
    record.bibliographic === null ? null : encodeExternal(record.bibliographic, context(1)),
    record.holdings.length === 0
      ? null
      : write.field(
          2,
          record.holdings.map((one) =>
            one.kind === 'marc' ? encodeExternal(one.record, context(1)) : encodeHoldings(one.data),
          ),
        ),
  ]);
  return {
    reference: recordSyntaxes.opac,
    encoding: 'single',
    content: write.encodeBer(value),
  };
}

function encodeHoldings(data: OpacHoldings): write.BerValue {
  return write.field(2, [
    ...encodeStrings(data, holdingsFields),
    data.volumes.length === 0
      ? null
      : write.field(
          18,
          data.volumes.map((one) => write.sequence(encodeStrings(one, volumeFields))),
        ),
    data.circulation.length === 0 ? null : write.field(19, data.circulation.map(encodeCirculation)),
  ]);
}

function encodeCirculation(one: OpacCirculation): write.BerValue {
  const { 8: enumAndChron, 9: midspine, 10: temporaryLocation, ...before } = circulationFields;
  return write.sequence([
    write.optional.boolean(1, one.availableNow),
    ...encodeStrings(one, before),
    write.optional.boolean(6, one.renewable),
    write.optional.boolean(7, one.onHold),
    ...encodeStrings(one, { 8: enumAndChron, 9: midspine, 10: temporaryLocation }),
  ]);
}

function encodeStrings<F extends string>(
  values: Readonly<Partial<Record<F, string>>>,
  fields: Readonly<Record<number, F>>,
): (write.BerValue | null)[] {
  return Object.entries(fields).map(([number, name]) =>
    write.optional.text(Number(number), values[name]),
  );
}
