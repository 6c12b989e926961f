import type {
  Apdu,
  Diagnostic,
  External,
  InitResponse,
  Records,
} from '../../../src/protocols/z3950/apdu/index.ts';
import { findChoice } from '../../../src/protocols/z3950/negotiation.ts';
import { iso10646, recordSyntaxes } from '../../../src/protocols/z3950/oid.ts';
import { decodeGrs1, type GrsElement } from '../../../src/protocols/z3950/records/grs1.ts';
import { decodeOpac, type OpacHoldings } from '../../../src/protocols/z3950/records/opac.ts';
import { decodeSutrs, payload } from '../../../src/protocols/z3950/records/text.ts';
import { termCounts } from '../../../src/protocols/z3950/user-information.ts';

/** Bytes as yaz-client prints them: untouched, read here as one character a byte. */
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const setStatuses = ['', 'subset', 'interim', 'none', 'estimate'];
const sortStatuses = ['success', 'partial', 'failure'];
const syntaxNames: Readonly<Record<string, string>> = {
  [recordSyntaxes.usmarc]: 'USmarc',
  [recordSyntaxes.unimarc]: 'Unimarc',
  [recordSyntaxes.opac]: 'OPAC',
  [recordSyntaxes.sutrs]: 'SUTRS',
  [recordSyntaxes['grs-1']]: 'GRS-1',
  [recordSyntaxes.xml]: 'XML',
};

/** Prints what a library answered in the words of yaz-client, so that the two can be compared line by line. */
export function createTranscript(): (apdu: Apdu) => string[] {
  let sets = 0;
  return (apdu) => {
    switch (apdu.type) {
      case 'initResponse':
        return initLines(apdu);
      case 'searchResponse': {
        sets += 1;
        const counts = termCounts(apdu.additionalSearchInformation).map(({ term, count }) => {
          const octets = term.kind === 'general' ? term.octets : new Uint8Array();
          return `term=${latin1(octets)} cnt=${count}`;
        });
        return [
          'Received SearchResponse.',
          ...(apdu.referenceId ? [`Reference Id: ${latin1(apdu.referenceId)}`] : []),
          `Search was a ${apdu.searchStatus ? 'success.' : "bloomin' failure."}`,
          `Number of hits: ${apdu.resultCount}, setno ${sets}`,
          ...(apdu.resultSetStatus
            ? [`Result Set Status: ${setStatuses[apdu.resultSetStatus]}`]
            : []),
          ...(counts.length > 0 ? [`SearchResult-1: ${counts.join(', ')}`] : []),
          `records returned: ${apdu.numberOfRecordsReturned}`,
          ...recordsLines(apdu.records),
        ];
      }
      case 'presentResponse':
        return [
          ...recordsLines(apdu.records),
          `nextResultSetPosition = ${apdu.nextResultSetPosition}`,
        ];
      case 'scanResponse':
        return [
          'Received ScanResponse',
          apdu.positionOfTerm === undefined
            ? `${apdu.numberOfEntriesReturned} entries`
            : `${apdu.numberOfEntriesReturned} entries, position=${apdu.positionOfTerm}`,
          ...(apdu.scanStatus === 0 ? [] : [`Scan returned code ${apdu.scanStatus}`]),
          ...(apdu.entries ?? []).map((entry, at) => {
            if (entry.kind !== 'term') return diagnosticLine(entry.diagnostic);
            const term = entry.term.kind === 'general' ? entry.term.octets : new Uint8Array();
            const mark = at + 1 === apdu.positionOfTerm ? '*' : ' ';
            return `${mark} ${latin1(entry.displayTerm ?? term)} (${entry.occurrences})`;
          }),
          ...diagnosticsLines(apdu.diagnostics ?? []),
        ];
      case 'sortResponse':
        return [
          `Received SortResponse: status=${sortStatuses[apdu.sortStatus]}`,
          ...diagnosticsLines(apdu.diagnostics ?? []),
        ];
      case 'deleteResponse':
        return [
          `Got deleteResultSetResponse status=${apdu.status}`,
          ...(apdu.statuses ?? []).map(({ name, status }) => `${name} status=${status}`),
        ];
      case 'close':
        return [
          'Target has closed the association.',
          `Reason: ${apdu.reason}, message: ${apdu.message ?? 'none'}`,
        ];
      default:
        return [`unexpected ${apdu.type}`];
    }
  };
}

function initLines(apdu: InitResponse): string[] {
  const choice = findChoice(apdu.otherInformation);
  const charset = choice?.encoding === iso10646.utf8 ? 'UTF-8' : choice?.privateName;
  return [
    `Connection ${apdu.result ? 'accepted' : 'rejected'} by v${Math.max(...apdu.versions)} target.`,
    `ID     : ${apdu.implementationId}`,
    `Name   : ${apdu.implementationName}`,
    `Version: ${apdu.implementationVersion}`,
    `Options: ${apdu.options.join(' ')}`,
    ...(choice === null
      ? []
      : [
          `Accepted character set : ${charset}`,
          `Accepted code language : ${choice.language ?? 'none'}`,
          `Accepted records in ...: ${choice.recordsToo ? 1 : 0}`,
        ]),
  ];
}

function recordsLines(records: Records | undefined): string[] {
  if (records === undefined) return [];
  if (records.kind === 'diagnostics') return diagnosticsLines(records.diagnostics);
  return [
    `Records: ${records.records.length}`,
    ...records.records.flatMap((one) => {
      if (one.kind !== 'record') return [`unexpected ${one.kind}`];
      const [first = '', ...rest] = recordLines(one.record);
      return [`[${one.database}]${first}`, ...rest];
    }),
  ];
}

function recordLines(record: External): string[] {
  const lines = [`Record type: ${syntaxNames[record.reference ?? '']}`];
  switch (record.reference) {
    case recordSyntaxes.xml:
      return [...lines, ...latin1(payload(record)).split('\n')];
    case recordSyntaxes.sutrs:
      return [...lines, ...decodeSutrs(record).split('\n')];
    case recordSyntaxes['grs-1']:
      return [...lines, ...decodeGrs1(record).map(grsLine)];
    case recordSyntaxes.opac: {
      const opac = decodeOpac(record);
      return [
        ...lines,
        ...(opac.bibliographic === null ? [] : recordLines(opac.bibliographic)),
        ...opac.holdings.flatMap((one, at) =>
          one.kind === 'holdings' ? holdingsLines(one.data, at) : ['unexpected marc holdings'],
        ),
      ];
    }
    default:
      return [...lines, ...marcLines(payload(record))];
  }
}

/** A sound ISO 2709 record line by line; its text stays as many characters as it has bytes. */
function marcLines(bytes: Uint8Array): string[] {
  const record = latin1(bytes);
  const base = Number(record.slice(12, 17));
  const directory = record.slice(24, base - 1).match(/.{12}/gs) ?? [];
  return [
    record.slice(0, 24),
    ...directory.map((entry) => {
      const start = base + Number(entry.slice(7, 12));
      const field = record.slice(start, start + Number(entry.slice(3, 7)) - 1);
      const [indicators, ...subfields] = field.split('\x1f');
      const parts = subfields.map((subfield) => ` $${subfield[0]} ${subfield.slice(1)}`);
      return `${entry.slice(0, 3)} ${indicators}${parts.join('')}`;
    }),
  ];
}

function grsLine(element: GrsElement): string {
  const value = element.content.kind === 'text' ? element.content.text : element.content.kind;
  return `(${element.tagType},${element.tag}) ${value}`;
}

function holdingsLines({ volumes, circulation, ...fields }: OpacHoldings, at: number): string[] {
  const flags: readonly string[] = ['availableNow', 'renewable', 'onHold'];
  return [
    `Data holdings ${at}`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    ...volumes.map((_, number) => `volume ${number}`),
    ...circulation.flatMap((one, number) => [
      `circulation ${number}`,
      ...Object.entries(one)
        .map(([name, value]) => ` ${name}: ${flags.includes(name) ? Number(value) : value}`)
        .sort((left, right) => circulationOrder(left) - circulationOrder(right)),
    ]),
  ];
}

const circulationFields = ['availableNow', 'availabilityDate', 'itemId', 'renewable', 'onHold'];
const circulationOrder = (line: string): number =>
  circulationFields.findIndex((name) => line.startsWith(` ${name}:`));

function diagnosticsLines(diagnostics: readonly Diagnostic[]): string[] {
  if (diagnostics.length === 0) return [];
  return ['Diagnostic message(s) from database:', ...diagnostics.map(diagnosticLine)];
}

/** Without the registry's wording, which the protocol does not carry. */
function diagnosticLine({ condition, addinfo, form }: Diagnostic): string {
  return `    [${condition}] -- ${form} addinfo '${addinfo}'`;
}

/** What yaz-client printed about answers: no prompts, no times, no echo of what it sent. */
export function answerLines(printed: string): string[] {
  return printed
    .split('\n')
    .map((line) =>
      line.replace(/^(Z> )+/, '').replace(/\] [^-]*? -- (v[23]) addinfo/, '] -- $1 addinfo'),
    )
    .filter((line) => line !== '' && !notAnswers.test(line));
}

const notAnswers =
  /^(Z> ?$|Connecting|Sent |Elapsed:|query: |Converting between|See you later|Character set negotiation|Authentication set)/;
