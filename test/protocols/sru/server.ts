import type { ServerResponse } from 'node:http';
import { serveHttp } from '../egress/support.ts';

/** One request as the scripted server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface ScriptedServer {
  readonly url: string;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** An SRU server on the loopback that answers as the test says. */
export async function scripted(
  answer: (seen: Seen, response: ServerResponse, count: number) => string | undefined,
): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const server = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const parameters = new URLSearchParams(url.search);
      const posted = new URLSearchParams(Buffer.concat(chunks).toString());
      for (const [name, value] of posted) parameters.append(name, value);
      const one = {
        method: request.method ?? '',
        path: url.pathname,
        parameters,
        headers: request.headers,
      };
      seen.push(one);
      response.setHeader('content-type', 'text/xml; charset=utf-8');
      const text = answer(one, response, seen.length);
      if (text !== undefined) response.end(text);
    });
  });
  return { url: `${server.url}sru`, seen, close: () => server.close() };
}

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
