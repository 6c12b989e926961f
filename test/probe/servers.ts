import { pino } from 'pino';
import { createFederation } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { decodeText } from '../../src/marc/charset/index.ts';
import { encodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import type { QueryCharset } from '../../src/marc/types.ts';
import { isControlField, type MarcRecord, type RecordCharset } from '../../src/marc/types.ts';
import type { LibraryInput } from '../../src/members/document.ts';
import { type ProbeReport, parseTarget, probe } from '../../src/probe/index.ts';
import { createEgress } from '../../src/protocols/egress.ts';
import type { Apdu, InitOption } from '../../src/protocols/z3950/apdu/index.ts';
import { recordSyntaxes } from '../../src/protocols/z3950/oid.ts';
import { parseReaderQuery } from '../../src/query/index.ts';
import {
  failed,
  found,
  granting,
  named,
  presented,
  presentFailed,
  type ScriptedServer,
  startScriptedServer,
} from '../support/z3950-server.ts';

export const loopback = '127.0.0.0/8:1024-65535';

/** Probes an address on loopback, at the pace a library is probed at unless another is given. */
export async function probeHere(address: string, perMinute?: number): Promise<ProbeReport> {
  const egress = createEgress({ allow: [loopback] });
  try {
    return await probe(parseTarget(address), {
      egress,
      secret: () => undefined,
      ...(perMinute === undefined ? {} : { perMinute }),
    });
  } finally {
    await egress.close();
  }
}

/** What a federated search of one library by title, with the document as it is, tells and finds. */
export async function searchedBy(document: LibraryInput, title: string) {
  const settings = { ...(await readSettings({})), connectors: null };
  const federation = await createFederation(
    settings,
    {},
    { documents: [{ ...document, status: 'live' }], defaultLibraries: [] },
    pino({ level: 'silent' }),
  );
  try {
    const { query, cql } = parseReaderQuery(title, { syntax: 'words', index: 'title' });
    const search = federation.engine.start({
      query,
      cql,
      libraries: [document.id],
      sort: 'relevance',
      waitMs: 20_000,
      refresh: true,
    });
    const unwatch = search.watch();
    await search.wait('complete');
    unwatch();
    const view = { page: 1, size: 50, sort: 'relevance', filters: [], timings: false } as const;
    const { libraries, records } = search.answer(view);
    return { state: libraries[0]?.state, titles: records.map((record) => record.title) };
  } finally {
    await federation.close();
  }
}

export interface Defects {
  /** Records come in this charset. */
  readonly records: RecordCharset;
  /** Terms are read in this charset. */
  readonly terms: QueryCharset;
  readonly syntax: 'usmarc' | 'unimarc';
  readonly piggyback: boolean;
  /** The connection is reset when charsets are negotiated. */
  readonly dropsNegotiation: boolean;
  /** UTF-8 is granted in Init, but terms are still read in `terms`. */
  readonly grantsInVain?: boolean;
}

/** A Z39.50 server over real records that searches titles and years by words, with the defects of the test. */
export function startDefective(
  records: readonly MarcRecord[],
  defects: Defects,
): Promise<ScriptedServer> {
  const sets = new Map<object, readonly MarcRecord[]>();

  return startScriptedServer((apdu, session) => {
    switch (apdu.type) {
      case 'initRequest': {
        const negotiates = apdu.options.includes('negotiationModel' as InitOption);
        return negotiates && defects.dropsNegotiation ? 'reset' : granting(['search', 'present']);
      }
      case 'searchRequest': {
        const hits = select(records, apdu, defects.terms);
        if (hits === null) return failed(114);
        sets.set(session, hits);
        const wanted = Math.min(hits.length, apdu.mediumSetPresentNumber);
        if (!defects.piggyback || wanted === 0) return found(hits.length);
        return found(hits.length, encode(hits.slice(0, wanted), defects));
      }
      case 'presentRequest': {
        const hits = sets.get(session) ?? [];
        const asked = apdu.preferredRecordSyntax;
        if (asked !== undefined && asked !== recordSyntaxes[defects.syntax]) {
          return presentFailed(239);
        }
        const part = hits.slice(apdu.start - 1, apdu.start - 1 + apdu.count);
        return part.length === 0 ? presentFailed(13) : presented(encode(part, defects));
      }
      case 'close':
        return 'end';
      default:
        return null;
    }
  });
}

const encode = (records: readonly MarcRecord[], { records: charset, syntax }: Defects) =>
  records.map((record) => named(recordSyntaxes[syntax], encodeIso2709(record, charset)));

const tags: Readonly<Record<number, readonly string[]>> = {
  4: ['200', '245'],
  1016: ['200', '245', '210', '260', '606', '701', '100'],
  1003: ['701', '100'],
  31: ['210', '260'],
  12: ['001'],
};

/** Records in whose field stand all words of the term; null for an index that is not there. */
function select(
  records: readonly MarcRecord[],
  apdu: Apdu & { type: 'searchRequest' },
  charset: QueryCharset,
): readonly MarcRecord[] | null {
  const { query } = apdu;
  if (query.type !== 'type-1' || query.rpn.type !== 'term') return null;
  const use = query.rpn.attributes.find(({ type }) => type === 1)?.value;
  const fields = typeof use === 'number' ? tags[use] : undefined;
  if (fields === undefined || query.rpn.term.kind !== 'general') return null;
  const text = decodeText(query.rpn.term.octets, charset === 'ascii' ? 'utf-8' : charset);
  const words = text.split(' ').filter((word) => word !== '');
  return records.filter((record) => {
    const content = record.fields
      .filter(({ tag }) => fields.includes(tag))
      .map((field) =>
        isControlField(field) ? field.value : field.subfields.map(({ value }) => value).join(' '),
      )
      .join(' ');
    return words.length > 0 && words.every((word) => content.includes(word));
  });
}
