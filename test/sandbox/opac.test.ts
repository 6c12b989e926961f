import { load } from 'cheerio';
import t from 'tap';
import { decodeText } from '../../src/marc/charset/index.ts';
import type { HttpInput } from '../../src/members/document.ts';
import { startSandbox } from '../../src/sandbox/index.ts';

const sandbox = await startSandbox({ delays: false, libraries: ['demo-poly', 'demo-music'] });
t.teardown(() => sandbox.close());

function originOf(id: string): string {
  const connector = sandbox.documents.find((document) => document.id === id)?.connector;
  return new URL((connector as HttpInput).url ?? '').origin;
}

interface HuiwenAnswer {
  readonly total: number;
  readonly content: readonly Readonly<Record<string, string>>[];
  readonly err: string;
}

async function huiwen(body: unknown): Promise<HuiwenAnswer> {
  const answer = await fetch(`${originOf('demo-poly')}/opac/ajax_search_adv.php`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return (await answer.json()) as HuiwenAnswer;
}

const box = (fieldCode: string, fieldValue: string) => ({ fieldList: [{ fieldCode, fieldValue }] });

t.test('the JSON catalogue pages by pageCount and narrows by each box', async (t) => {
  const first = await huiwen({ searchWords: [box('', '化学工程')], pageSize: 20, pageCount: 1 });
  const second = await huiwen({ searchWords: [box('', '化学工程')], pageSize: 20, pageCount: 2 });
  t.ok(first.total > 40);
  t.equal(first.content.length, 20);
  const numbers = new Set([...first.content, ...second.content].map((entry) => entry.marcRecNo));
  t.equal(numbers.size, 40);
  t.match(first.content[0]?.title, /^<a href="item\.php\?marc_no=[0-9]+"/);
  const author = first.content[0]?.author?.split(/[,主编著]/)[0] ?? '';
  const narrowed = await huiwen({
    searchWords: [box('', '化学工程'), box('03', author), box('02', '')],
  });
  t.ok(narrowed.total > 0 && narrowed.total < first.total);
  t.ok(narrowed.content.every((entry) => entry.author?.includes(author)));
});

t.test('the JSON catalogue says what it cannot read, and shows copies', async (t) => {
  t.equal((await huiwen({ searchWords: [] })).err, '2');
  t.equal((await huiwen('nonsense')).err, '1');
  const { content } = await huiwen({ searchWords: [box('', '化学工程')], pageSize: 20 });
  const printed = content.find((entry) => entry.docTypeName === '中文图书');
  const answer = await fetch(
    `${originOf('demo-poly')}/opac/ajax_item.php?marc_no=${printed?.marcRecNo}`,
  );
  const rows = load(await answer.text())('tr.whitetext');
  t.ok(rows.length >= 1);
  t.match(rows.find('td').eq(4).text(), /^(可借|阅览|借出-应还日期：[0-9]{4}-[0-9]{2}-[0-9]{2})$/);
});

async function page(path: string): Promise<ReturnType<typeof load>> {
  const answer = await fetch(originOf('demo-music') + path);
  return load(decodeText(new Uint8Array(await answer.arrayBuffer()), 'gbk'));
}

const gbkYinyue = '%D2%F4%C0%D6';

t.test('the HTML catalogue lets nobody search without its session', async (t) => {
  const refused = await page(`/opac/search.jsp?key=${gbkYinyue}`);
  t.equal(refused('table#result').length, 0);
  t.match(refused('meta[http-equiv=refresh]').attr('content'), /url=\/opac\/search\.jsp\?sid=/);
  const session = refused('form#enter input[name=sid]').attr('value');
  const found = await page(`/opac/search.jsp?sid=${session}&key=${gbkYinyue}`);
  const total = Number(found('strong.count').text());
  t.ok(total > 10);
  t.equal(found('tr.book').length, 10);
  const second = await page(`/opac/search.jsp?sid=${session}&key=${gbkYinyue}&page=2`);
  t.not(second('tr.book').first().attr('id'), found('tr.book').first().attr('id'));
  const link = found('tr.book td.title a').first().attr('href');
  const item = await page(`/opac/${link}&sid=${session}`);
  t.ok(item('tr.copy td.barcode').first().text().startsWith('Y'));
});
