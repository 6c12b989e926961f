import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decodeIso2709, readIso2709 } from '../../src/marc/formats/iso2709.ts';
import { dialects, type RecordCharset } from '../../src/marc/types.ts';
import { readingOf } from '../../src/members/bytes-record.ts';
import { iso2709SourceRecord, marcSourceRecord } from '../../src/protocols/records.ts';
import { testLibrary } from '../support/connectors.ts';
import { corpus, withoutCorpus } from '../support/requirements.ts';

const library = testLibrary('lib');
const origin = { position: 1, localId: null, items: [], dialect: 'auto' as const };
const usmarc = '1.2.840.10003.5.10';

function* files(folder: string): Iterable<string> {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    if (/\.(mrc|marc|iso|dat|lex)$/i.test(name) && statSync(path).size < 1_000_000) yield path;
  }
}

t.test(
  'the fields read again from the bytes are those read at first, and so is the whole record',
  { skip: withoutCorpus() },
  async (t) => {
    const charsets: readonly RecordCharset[] = ['auto', 'gbk', 'marc-8'];
    let compared = 0;
    const different: string[] = [];
    for (const folder of ['marc21', 'cnmarc', 'unimarc', 'malformed']) {
      for (const path of files(corpus(folder))) {
        for (const charset of charsets) {
          for (const found of [...readIso2709(readFileSync(path), { charset })].slice(0, 40)) {
            if (!('marc' in found)) continue;
            const described = { ...origin, syntax: usmarc };
            const decoded = decodeIso2709(found.raw, { charset });
            const source = marcSourceRecord(library, decoded, described);
            compared++;
            if (JSON.stringify(source.marc) !== JSON.stringify(decoded.marc)) different.push(path);
            const fromBytes = iso2709SourceRecord(library, found.raw, charset, described);
            if (JSON.stringify(fromBytes) !== JSON.stringify(source)) different.push(path);
            const again = readingOf(source)?.describe?.(source);
            if (JSON.stringify(again) !== JSON.stringify(source)) different.push(path);
          }
        }
      }
    }
    t.same(different, []);
    t.ok(compared > 500, `${compared} compared`);
  },
);

t.test('fields of other syntaxes are kept, for their bytes may not be read again', async (t) => {
  const marc = { leader: ' '.repeat(24), fields: [{ tag: '001', value: '7' }] };
  const decoded = { marc, raw: Buffer.from('<record/>'), charset: 'utf-8', warnings: [] };
  const source = marcSourceRecord(library, decoded, {
    ...origin,
    syntax: 'info:srw/schema/1/marcxml-v1.1',
  });
  t.equal(source.marc, marc);
  t.ok(dialects.includes(source.record.dialect));
});
