import type { ConnectorInput, LibraryInput } from '../../src/members/document.ts';
import { startYazTestServer } from './yaz.ts';
import { startZebra } from './zebra.ts';

const host = '127.0.0.1';

export function library(id: string, connector: ConnectorInput): LibraryInput {
  return { id, code: id, name: { zh: id }, connector };
}

/** Five Zebra and five yaz-ztest processes: Z39.50, SRU 1.1, 1.2 and 2.0; UTF-8, MARC-8 and GB18030. */
export async function tenServers() {
  const zebras = await Promise.all(Array.from({ length: 5 }, () => startZebra()));
  const ztests = await Promise.all(Array.from({ length: 5 }, () => startYazTestServer()));
  const [a, b, c, d, e] = zebras.map(({ doors }) => doors);
  const [v, w, x, y, z] = ztests.map(({ port }) => port);
  if (!a || !b || !c || !d || !e || !v || !w || !x || !y || !z) throw new Error('servers missing');
  const zebra = (port: number, database: string) =>
    ({ protocol: 'z3950', host, port, database, elementSet: 'F' }) as const;
  const sru = (url: string, version: '1.1' | '1.2' | '2.0') =>
    ({ protocol: 'sru', url, version, recordSchema: 'marcxml' }) as const;
  const documents = [
    library('zebra-utf8', {
      ...zebra(a.utf8.port, 'chinese'),
      syntax: 'unimarc',
      charset: 'utf-8',
    }),
    library('zebra-gb', {
      ...zebra(b.gb18030.port, 'chinese'),
      syntax: 'unimarc',
      charset: 'gb18030',
    }),
    library('zebra-marc8', {
      ...zebra(c.marc8.port, 'latin'),
      syntax: 'usmarc',
      charset: 'marc-8',
    }),
    library('zebra-sru11', sru(d.utf8.sru('chinese'), '1.1')),
    library('zebra-sru12', sru(e.utf8.sru('chinese'), '1.2')),
    library('ztest-usmarc', { ...zebra(v, 'Default'), syntax: 'usmarc' }),
    library('ztest-opac', { ...zebra(w, 'Default'), syntax: 'opac' }),
    library('ztest-pipeline', { ...zebra(x, 'Default'), syntax: 'usmarc', pipeline: true }),
    library('ztest-sru12', sru(`http://${host}:${y}/Default`, '1.2')),
    library('ztest-sru20', sru(`http://${host}:${z}/Default`, '2.0')),
  ];
  return {
    documents,
    zebras,
    stop: () => Promise.all([...zebras, ...ztests].map((one) => one.stop())),
  };
}
