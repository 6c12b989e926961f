import fc from 'fast-check';
import t from 'tap';
import { XmlError } from '../../../src/marc/xml/reader.ts';
import { repairXml } from '../../../src/marc/xml/repair.ts';
import { parseXmlTree, textOf } from '../../../src/marc/xml/tree.ts';

function repairedText(document: string | Uint8Array): string {
  const bytes = typeof document === 'string' ? Buffer.from(document) : document;
  return textOf(parseXmlTree(repairXml(bytes)));
}

t.test('reads an answer with bare ampersands, HTML entities and control characters', async (t) => {
  const cases: [string, string][] = [
    ['<a>Simon & Schuster</a>', 'Simon & Schuster'],
    ['<a>R&D; AT&T &amp; &#x4e2d;</a>', 'R&D; AT&T & 中'],
    ['<a>caf&eacute;&nbsp;&unknown;</a>', 'café\u00a0&unknown;'],
    ['<a>x\u0001y&#1;&#x1F;z</a>', 'xyz'],
    ['<a>1 < 2</a>', '1 < 2'],
    ['<a><![CDATA[a & b]]> & c</a>', 'a & b & c'],
    ['\n<?xml version="1.0"?><a>late & bare</a>', 'late & bare'],
  ];
  for (const [document, text] of cases) t.equal(repairedText(document), text, document);
});

t.test('keeps the text of an answer whose bytes are not all in its encoding', async (t) => {
  const bytes = Buffer.concat([Buffer.from('<a>ok '), Buffer.from([0xff]), Buffer.from(' 学</a>')]);
  t.equal(repairedText(bytes), 'ok \ufffd 学');
  const gbk = Buffer.from('<?xml version="1.0" encoding="gbk"?><a>\u00d1\u00a7 & </a>', 'latin1');
  t.equal(repairedText(gbk), '学 & ');
});

t.test('returns the same array where there is nothing to repair', async (t) => {
  const bytes = Buffer.from('<?xml version="1.0"?>\n<a b="1">&lt;学&#160;</a>');
  t.equal(repairXml(bytes), bytes);
});

t.test('never makes a cut answer whole', async (t) => {
  t.throws(() => repairedText('<a><b>x & y</b>'), XmlError);
});

t.test('is idempotent', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const once = repairXml(Buffer.from(`<a>${text}</a>`));
      const twice = repairXml(once);
      return Buffer.from(once).includes('\ufffd') || Buffer.compare(once, twice) === 0;
    }),
  );
});
