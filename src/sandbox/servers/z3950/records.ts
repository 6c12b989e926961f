import { UnmappableError } from '../../../marc/charset/index.ts';
import { encodeIso2709 } from '../../../marc/formats/iso2709.ts';
import { printMarcXml } from '../../../marc/formats/marcxml.ts';
import { isControlField, type MarcRecord, type RecordCharset } from '../../../marc/types.ts';
import type { External, NamedRecord } from '../../../protocols/z3950/apdu/index.ts';
import { recordSyntaxes } from '../../../protocols/z3950/oid.ts';
import { encodeOpac, type OpacHoldings } from '../../../protocols/z3950/records/opac.ts';
import { encodeSutrs } from '../../../protocols/z3950/records/text.ts';
import type { CatalogueRecord } from '../../catalogue/catalogue.ts';
import { type Copy, dueDate } from '../../catalogue/copies.ts';
import type { RecordSyntax } from './settings.ts';

/** Writes records in the syntax asked for; ISO 2709 is kept once written. */
export interface RecordWriter {
  write(record: CatalogueRecord, syntax: RecordSyntax, charset: RecordCharset): NamedRecord;
}

export function createRecordWriter(database: string, marc: 'usmarc' | 'unimarc'): RecordWriter {
  const kept = new Map<string, Uint8Array>();
  const iso2709 = (record: CatalogueRecord, charset: RecordCharset): Uint8Array => {
    const key = `${charset} ${record.localId}`;
    const bytes = kept.get(key) ?? encodeWithGaps(record.marc, charset);
    kept.set(key, bytes);
    return bytes;
  };
  const external = (
    record: CatalogueRecord,
    syntax: RecordSyntax,
    charset: RecordCharset,
  ): External => {
    switch (syntax) {
      case 'usmarc':
      case 'unimarc':
        return {
          reference: recordSyntaxes[syntax],
          encoding: 'octets',
          content: iso2709(record, charset),
        };
      case 'xml':
        return {
          reference: recordSyntaxes.xml,
          encoding: 'octets',
          content: Buffer.from(printMarcXml(record.marc)),
        };
      case 'sutrs':
        return encodeSutrs(plainText(record));
      case 'opac':
        return encodeOpac({
          bibliographic: external(record, marc, charset),
          holdings: record.copies.map((copy) => ({ kind: 'holdings', data: holdingsOf(copy) })),
        });
    }
  };
  return {
    write: (record, syntax, charset) => ({
      kind: 'record',
      database,
      record: external(record, syntax, charset),
    }),
  };
}

/** More different characters than one record can lack in any charset here. */
const maxGaps = 50;

/** What a charset has no room for becomes the geta mark, as it does in libraries' own systems. */
function encodeWithGaps(record: MarcRecord, charset: RecordCharset): Uint8Array {
  let attempt = record;
  for (let gap = 0; gap < maxGaps; gap += 1) {
    try {
      return encodeIso2709(attempt, charset);
    } catch (error) {
      if (!(error instanceof UnmappableError)) throw error;
      attempt = replaced(attempt, error.character, error.character === '〓' ? '?' : '〓');
    }
  }
  return encodeIso2709(attempt, charset);
}

function replaced(record: MarcRecord, character: string, mark: string): MarcRecord {
  return {
    ...record,
    fields: record.fields.map((field) =>
      isControlField(field)
        ? field
        : {
            ...field,
            subfields: field.subfields.map((subfield) => ({
              ...subfield,
              value: subfield.value.replaceAll(character, mark),
            })),
          },
    ),
  };
}

function holdingsOf(copy: Copy): OpacHoldings {
  const due = dueDate(copy, new Date());
  return {
    localLocation: copy.location,
    callNumber: `${copy.classNumber} ${copy.bookNumber}`,
    volumes: [],
    circulation: [
      {
        availableNow: copy.status !== 'on_loan',
        ...(due === null ? {} : { availabilityDate: due }),
        ...(copy.status === 'library_use' ? { restrictions: 'library use only' } : {}),
        itemId: copy.barcode,
        renewable: false,
        onHold: false,
      },
    ],
  };
}

/** A record for people to read, a line for each thing worth saying. */
function plainText(record: CatalogueRecord): string {
  const { described } = record;
  const lines: [string, string][] = [
    ['Title', described.title],
    ['Part', described.partNumber],
    ['Responsibility', described.responsibility],
    ['Edition', described.edition],
    ['Published', `${described.place}: ${described.publisher}, ${described.date}`],
    ['ISBN', described.isbns.map((isbn) => isbn.text).join(', ')],
    ['Number', record.localId],
  ];
  return lines
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name}: ${text}\n`)
    .join('');
}
