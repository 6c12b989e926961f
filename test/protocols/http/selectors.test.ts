import t from 'tap';
import { htmlPage, htmlText } from '../../../src/protocols/http/html-page.ts';
import { parseJson, readPath, selectJson } from '../../../src/protocols/http/json.ts';
import { jsonPage } from '../../../src/protocols/http/json-page.ts';
import { firstValueOf, type Selector, valuesOf } from '../../../src/protocols/http/values.ts';
import { readXmlPath, xmlPage } from '../../../src/protocols/http/xml-page.ts';
import { thrownBy } from '../support.ts';

t.test('walks JSON by paths', (t) => {
  const data = parseJson(
    '{"a":[{"b":1},{"b":"two"},{"c":null}],"odd.key":{"d":[[3,4],[5]]},"e":[]}',
  );
  const at = (path: string) => selectJson(data, path);
  t.same(at('a[].b'), { there: true, values: [1, 'two'] });
  t.same(at('a[1].b'), { there: true, values: ['two'] });
  t.same(at('["odd.key"].d[][]'), { there: true, values: [3, 4, 5] });
  t.same(at('$.e[]'), { there: true, values: [] }, 'an empty list is there');
  t.same(at('e'), { there: true, values: [[]] });
  t.same(at('f[]'), { there: false, values: [] });
  t.same(at('a[7]'), { there: false, values: [] });
  t.same(at('__proto__.toString'), { there: false, values: [] });
  t.same(at('a.length'), { there: false, values: [] });
  for (const path of ['a[', 'a]b', 'a[x]', 'a..b', '.', 'a[-1]']) {
    t.throws(() => readPath(path), RangeError, path);
  }
  t.end();
});

t.test('refuses JSON that is none, or too deep', (t) => {
  t.match(
    thrownBy(() => parseJson('<html>')),
    { reason: 'bad_json' },
  );
  t.match(
    thrownBy(() => parseJson('')),
    { reason: 'bad_json' },
  );
  t.match(
    thrownBy(() => parseJson('['.repeat(200_000))),
    { reason: 'json_depth' },
  );
  t.match(
    thrownBy(() => parseJson(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`)),
    {
      reason: 'json_depth',
    },
  );
  t.same(parseJson('{"a":"tab\there\u0001"}'), { a: 'tab here ' }, 'control characters');
  t.same(parseJson('\ufeff{"a":"[[[[\\"]"}'), { a: '[[[["]' });
  t.end();
});

t.test('walks XML by paths in local names', (t) => {
  const page = xmlPage(
    Buffer.from(
      '<x:a xmlns:x="urn:x"><x:b n="1">one<c>deep</c></x:b><b n="2">two</b><d><b>three &amp; four</b></d></x:a>',
    ),
    null,
  );
  const texts = (path: string) => page.texts(page.root, path).values;
  t.same(texts('a/b'), ['onedeep', 'two']);
  t.same(texts('a/b[2]'), ['two']);
  t.same(texts('//b'), ['onedeep', 'two', 'three & four']);
  t.same(texts('a//c'), ['deep']);
  t.same(texts('a/*/b'), ['three & four']);
  t.same(texts('a/b@n'), ['1', '2']);
  t.same(texts('a/b@none'), []);
  const [place] = page.places(page.root, 'a/b').values;
  t.same(place && page.texts(place, '@n').values, ['1']);
  t.same(place && page.source(place), '<b n="1">one<c>deep</c></b>');
  for (const path of ['a/', 'a b', 'a[0x1]', 'a/b@', 'a@b@c', '///a', 'a[1']) {
    t.throws(() => readXmlPath(path), RangeError, path);
  }
  t.end();
});

t.test('walks HTML by CSS, with attributes and line breaks', (t) => {
  const page = htmlPage(
    '<div id=a><p class="x y">One<br>  two  <b>three</b></p><p data-k="v">&#20013;&nbsp;x</p><a href="mailto:x@y">m</a></div><script>var p = "<p>no</p>"</script>',
  );
  const texts = (select: string) => page.texts(page.root, select).values;
  t.same(texts('#a p.x'), ['One\n two three']);
  t.same(texts('p@data-k'), ['v']);
  t.same(texts('a[href="mailto:x@y"]@href'), ['mailto:x@y']);
  t.same(texts('p').length, 2, 'nothing out of a script');
  const [place] = page.places(page.root, 'p.x').values;
  t.same(place && page.texts(place, '@class').values, ['x y']);
  t.same(place && page.texts(place, '.').values, ['One\n two three']);
  t.match(
    thrownBy(() => texts('p[')),
    { reason: 'bad_selector' },
  );
  t.end();
});

t.test('refuses a page too deep or too large to walk, and takes careless ones', (t) => {
  t.match(
    thrownBy(() => htmlPage('<div>'.repeat(200_000))),
    { reason: 'html_depth' },
  );
  t.match(
    thrownBy(() => htmlPage(`${'<b>'.repeat(300)}x`)),
    { reason: 'html_depth' },
  );
  t.match(
    thrownBy(() => htmlPage('<br>'.repeat(200_000))),
    { reason: 'html_size' },
  );
  t.match(
    thrownBy(() => htmlText('<i>'.repeat(300))),
    { reason: 'html_depth' },
  );
  const list = `<ul>${'<li>item'.repeat(2000)}</ul>`;
  t.equal(htmlPage(list).places(htmlPage(list).root, 'li').values.length, 2000);
  const table = `<table>${'<tr><td>a<td>b'.repeat(2000)}</table>`;
  const page = htmlPage(table);
  t.equal(page.places(page.root, 'td').values.length, 4000);
  t.equal(htmlText('<!-- <div><div> --> a < b <a href="x">c</a>'), ' a < b c');
  t.end();
});

t.test('cleans values by name, never by code', (t) => {
  const page = jsonPage(
    JSON.stringify({
      title: ' 1. <a href="x">化学&nbsp;工程</a>　',
      imprint: '北京：化工社，2014.2',
      count: '共 1,560 条',
      ids: ['978-7-312-03389-6', 'x'],
      year: '民国25 [1936] 12345',
      kind: '中文图书',
      number: 17,
      truth: false,
      nothing: null,
    }),
  );
  const value = (selector: Selector) => firstValueOf(page, page.root, selector);
  t.equal(value({ select: 'title', as: 'html-text', after: '. ' }), '化学 工程');
  t.equal(value({ select: 'imprint', before: '：' }), '北京');
  t.equal(value({ select: 'imprint', after: '：', before: '，' }), '化工社');
  t.equal(value({ select: 'imprint', split: '，', part: -1 }), '2014.2');
  t.equal(value({ select: 'imprint', after: 'nowhere' }), null);
  t.equal(value({ select: 'count', as: 'digits' }), '1560');
  t.same(valuesOf(page, page.root, { select: 'ids[]', as: 'isbn' }), ['9787312033896']);
  t.equal(value({ select: 'year', as: 'year' }), '1936');
  t.equal(value({ select: 'kind', map: { 中文图书: 'book' } }), 'book');
  t.equal(value({ select: 'kind', map: { toString: 'no' } }), '中文图书');
  t.equal(value('number'), '17');
  t.equal(value('truth'), 'false');
  t.equal(value('nothing'), null);
  t.equal(value({ select: 'imprint', split: '，', part: 9 }), null);
  t.end();
});
