import fc from 'fast-check';
import t from 'tap';
import { decodeText } from '../../../src/marc/charset/index.ts';
import {
  fillHeader,
  fillJson,
  fillPairs,
  fillUrl,
  isFillable,
} from '../../../src/protocols/http/template.ts';
import { thrownBy } from '../support.ts';

t.test('a value stays one value, whatever is in it', (t) => {
  const anything = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(anything, anything, (one, two) => {
      if (one === '.' || one === '..') return true;
      const variables = { one, two };
      const url = fillUrl('http://127.0.0.1/a/{one}/b?q={two}&z=1', variables, 'utf-8');
      const [, first, path, last] = url.pathname.split('/');
      if (first !== 'a' || last !== 'b' || path === undefined) return false;
      const pairs = new URLSearchParams(fillPairs({ q: 'x{one}', r: '{two}' }, variables, 'utf-8'));
      if ([...pairs.keys()].join() !== 'q,r' || pairs.get('q') !== `x${one}`) return false;
      if (url.searchParams.get('q') !== two || [...url.searchParams.keys()].join() !== 'q,z') {
        return false;
      }
      const json = JSON.parse(JSON.stringify(fillJson({ a: '{one}', b: ['{two}'] }, variables)));
      if (json.a !== one || json.b[0] !== two || Object.keys(json).length !== 2) return false;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
      return !/[\u0000-\u001f\u007f]/.test(fillHeader('x {one}', variables));
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('refuses what would change the path, however it is written', (t) => {
  const filled = (one: string) => fillUrl('http://127.0.0.1/a/{one}/b', { one }, 'utf-8').pathname;
  for (const dots of ['.', '..']) {
    t.match(
      thrownBy(() => filled(dots)),
      { name: 'UnsupportedQueryError' },
    );
    t.equal(fillUrl('http://127.0.0.1/b?q={one}', { one: dots }, 'utf-8').search, `?q=${dots}`);
  }
  t.equal(filled('...'), '/a/.../b');
  t.equal(filled('%2e%2e'), '/a/%252e%252e/b');
  t.equal(filled('../..'), '/a/..%2F../b');
  t.end();
});

t.test('writes the bytes of the form’s charset', (t) => {
  const written = fillPairs({ q: '{any}' }, { any: '镕基 ab' }, 'gbk');
  t.equal(written, 'q=%E9%46%BB%F9%20ab'.replace('%E9%46', '%E9F'));
  t.equal(decodeText(Buffer.from([0xe9, 0x46]), 'gbk'), '镕');
  t.match(
    thrownBy(() => fillPairs({ q: '{any}' }, { any: '𠮷' }, 'gbk')),
    {
      name: 'UnsupportedQueryError',
    },
  );
  t.end();
});

t.test('leaves out what has no value', (t) => {
  t.equal(fillPairs({ a: '{a}', b: 'fixed', c: '{c}{d}' }, { a: 1, c: 2 }, 'utf-8'), 'a=1&b=fixed');
  t.ok(isFillable('none', {}));
  t.notOk(isFillable('{toString}', {}));
  t.equal(fillUrl('http://127.0.0.1/{x}', {}, 'utf-8').href, 'http://127.0.0.1/');
  const template = {
    search: [
      { list: [{ code: '', value: '{any}' }] },
      { list: [{ code: '02', value: '{title}' }] },
    ],
    order: '{sort}',
    page: '{page}',
    filters: [],
    whole: 'page {page}',
    flag: true,
  };
  t.same(fillJson(template, { title: 'x', page: 3 }), {
    search: [{ list: [{ code: '02', value: 'x' }] }],
    page: 3,
    filters: [],
    whole: 'page 3',
    flag: true,
  });
  t.end();
});
