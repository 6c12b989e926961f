import t from 'tap';
import { XmlError } from '../../../src/marc/xml/reader.ts';
import { childrenOf, firstChild, parseXmlTree, textOf } from '../../../src/marc/xml/tree.ts';

t.test('keeps elements and text in order', async (t) => {
  const root = parseXmlTree(
    Buffer.from('<z:r xmlns:z="u"> a<b n="1">x<i>y</i>z</b>&amp;<b/>c</z:r>'),
  );
  t.equal(root.name, 'r');
  t.equal(root.namespace, 'u');
  t.equal(textOf(root), ' axyz&c');
  t.equal(childrenOf(root, 'b').length, 2);
  t.equal(firstChild(root, 'b')?.attributes.n, '1');
  t.equal(firstChild(root, 'none'), null);
  t.same(
    root.children.map((child) => (typeof child === 'string' ? child : child.name)),
    [' a', 'b', '&', 'b', 'c'],
  );
});

t.test('refuses an unfinished document', async (t) => {
  t.throws(() => parseXmlTree(Buffer.from('<r><b>')), XmlError);
  t.throws(() => parseXmlTree(new Uint8Array(0)), XmlError);
});
