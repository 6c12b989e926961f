import type { Seen } from '../scripted.ts';

export interface AnswerShape {
  readonly hits?: number | string | null;
  readonly records?: readonly string[];
  readonly diagnostics?: readonly (readonly [code: number, details?: string])[];
  readonly prefix?: string;
  readonly namespace?: string;
  readonly extra?: string;
}

/** A searchRetrieveResponse in the shape a test wants. */
export function answerXml({
  hits = 0,
  records = [],
  diagnostics = [],
  prefix = 'zs:',
  namespace = 'http://www.loc.gov/zing/srw/',
  extra = '',
}: AnswerShape): string {
  const p = prefix;
  const declared = p === '' ? 'xmlns' : `xmlns:${p.slice(0, -1)}`;
  const count = hits === null ? '' : `<${p}numberOfRecords>${hits}</${p}numberOfRecords>`;
  const listed =
    records.length === 0
      ? ''
      : `<${p}records>${records.map((one) => `<${p}record>${one.replaceAll('PREFIX:', p)}</${p}record>`).join('')}</${p}records>`;
  const told = diagnostics
    .map(
      ([code, details = '']) =>
        `<d:diagnostic><d:uri>info:srw/diagnostic/1/${code}</d:uri><d:details>${details}</d:details></d:diagnostic>`,
    )
    .join('');
  const diagnosed =
    told === ''
      ? ''
      : `<${p}diagnostics xmlns:d="http://www.loc.gov/zing/srw/diagnostic/">${told}</${p}diagnostics>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<${p}searchRetrieveResponse ${declared}="${namespace}">${count}${listed}${diagnosed}${extra}</${p}searchRetrieveResponse>`;
}

/** The inside of one SRU record, with a small MARC 21 record. */
export function marcRecord(id: string, title: string): string {
  return dataRecord(
    `<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader><controlfield tag="001">${id}</controlfield><datafield tag="245" ind1="1" ind2="0"><subfield code="a">${title}</subfield></datafield></record>`,
  );
}

export function dataRecord(data: string, schema = 'marcxml'): string {
  return `<PREFIX:recordSchema>${schema}</PREFIX:recordSchema><PREFIX:recordData>${data}</PREFIX:recordData>`;
}

/** A list of `total` records of which a server gives at most `cap` from `startRecord`. */
export function listed(seen: Seen, total: number, cap = Infinity): string[] {
  const start = Number(seen.parameters.get('startRecord') ?? 1);
  const wanted = Number(seen.parameters.get('maximumRecords') ?? 10);
  const count = Math.max(0, Math.min(wanted, cap, total - start + 1));
  return Array.from({ length: count }, (_, n) => marcRecord(`r${start + n}`, `Title ${start + n}`));
}
