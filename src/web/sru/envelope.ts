import { messageOf, type SruDiagnostic } from './diagnostics.ts';
import type { Manner, SruVersion } from './request.ts';
import { element, join, nothing, optional, printed, type Xml } from './xml.ts';

const zing = 'http://www.loc.gov/zing/srw/';
const oasis = 'http://docs.oasis-open.org/ns/search-ws/';

/** Namespaces of the Library of Congress for 1.x (SRU 1.2), of OASIS for 2.0. */
function namespaceOf(kind: 'response' | 'scan' | 'diagnostic', version: SruVersion): string {
  if (version !== '2.0') return kind === 'diagnostic' ? `${zing}diagnostic/` : zing;
  return oasis + (kind === 'response' ? 'sruResponse' : kind);
}

/** A whole answer: `parts` are the children of the root, in the order of the standard. */
export function envelope({ version, operation }: Manner, parts: readonly Xml[]): string {
  const kind = operation === 'scan' ? 'scan' : 'response';
  const said = version === '2.0' ? nothing : element('version', version);
  const root = element(`${operation}Response`, [said, ...parts], {
    xmlns: namespaceOf(kind, version),
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

/** One diagnostic element, for the list of an answer or in the place of a record. */
export function diagnosticElement(
  { number, details }: Pick<SruDiagnostic, 'number' | 'details'>,
  version: SruVersion,
): Xml {
  return element(
    'diagnostic',
    [
      element('uri', `info:srw/diagnostic/1/${number}`),
      optional('details', details),
      element('message', messageOf(number)),
    ],
    { xmlns: namespaceOf('diagnostic', version) },
  );
}

export function diagnosticsElement(diagnostic: SruDiagnostic, version: SruVersion): Xml {
  return element('diagnostics', [diagnosticElement(diagnostic, version)]);
}

/** A record of an answer; `data` is a whole document without declaration. */
export function recordElement(
  record: {
    readonly schema: string;
    readonly packing: 'xml' | 'string';
    readonly data: string;
    /** The record's number; only 1.2 has an element for it. */
    readonly identifier?: string;
    readonly position?: number;
    readonly extra?: Xml;
  },
  version: SruVersion,
): Xml {
  const { schema, packing, data, identifier, position, extra } = record;
  const packed = packing === 'string' ? element('recordData', data) : inline(data);
  return element('record', [
    element('recordSchema', schema),
    element(version === '2.0' ? 'recordXMLEscaping' : 'recordPacking', packing),
    packed,
    version === '1.2' ? optional('recordIdentifier', identifier ?? null) : nothing,
    optional('recordPosition', position ?? null),
    extra === undefined ? nothing : element('extraRecordData', [extra]),
  ]);
}

function inline(data: string): Xml {
  return element('recordData', [printed(data)]);
}

/** The parameters again, as clients send them; the order is the standard's. */
export function echoElement({ version, operation }: Manner, parameters: URLSearchParams): Xml {
  if (operation === 'scan') return echoedScan(version, parameters);
  const names = operation === 'explain' ? [] : searchNames[version];
  const packing = version === '2.0' ? 'recordXMLEscaping' : 'recordPacking';
  const echoed = [...names, ...(operation === 'explain' ? [packing, 'stylesheet'] : [])].map(
    (name) => optional(name, wellFormed(name, parameters.get(name))),
  );
  const said = version === '2.0' ? nothing : element('version', version);
  const all = join([said, ...echoed]);
  const kind = operation === 'explain' ? 'Explain' : 'SearchRetrieve';
  return all === '' ? nothing : element(`echoed${kind}Request`, [all]);
}

const scanNames = ['scanClause', 'responsePosition', 'maximumTerms', 'stylesheet'];

/** The schema has room for a scan only with its clause. */
function echoedScan(version: SruVersion, parameters: URLSearchParams): Xml {
  const echoed = scanNames.map((name) => optional(name, wellFormed(name, parameters.get(name))));
  if (echoed[0] === nothing) return nothing;
  const said = version === '2.0' ? nothing : element('version', version);
  return element('echoedScanRequest', [said, ...echoed]);
}

const searchNames: Readonly<Record<SruVersion, readonly string[]>> = {
  '1.1': [
    'query',
    'startRecord',
    'maximumRecords',
    'recordPacking',
    'recordSchema',
    'recordXPath',
    'resultSetTTL',
    'sortKeys',
    'stylesheet',
  ],
  '1.2': [
    'query',
    'startRecord',
    'maximumRecords',
    'recordPacking',
    'recordSchema',
    'resultSetTTL',
    'stylesheet',
  ],
  '2.0': [
    'queryType',
    'query',
    'startRecord',
    'maximumRecords',
    'recordXMLEscaping',
    'recordPacking',
    'recordSchema',
    'resultSetTTL',
    'sortKeys',
    'stylesheet',
  ],
};

const maxEchoed = 4000;

/** Values that the schema of the answer has no room for are left out; the diagnostic names them. */
function wellFormed(name: string, value: string | null): string | null {
  if (value === null || value.length > maxEchoed) return null;
  if (name === 'startRecord') return /^[1-9][0-9]{0,8}$/.test(value) ? value : null;
  if (/^(?:maximumRecords|resultSetTTL|responsePosition|maximumTerms)$/.test(name)) {
    return /^[0-9]{1,9}$/.test(value) ? value : null;
  }
  if (name === 'recordXMLEscaping') return /^(?:xml|string)$/.test(value) ? value : null;
  return value;
}
