import { childrenOf, firstChild } from '../../marc/xml/tree.ts';
import { fetchXml } from './fetch.ts';
import { type Seed, type Server, search } from './sru-search.ts';

export async function probePacking(server: Server, seed: Seed): Promise<void> {
  const { notebook } = server.context;
  const name = server.version === '2.0' ? 'recordXMLEscaping' : 'recordPacking';
  const xml = await search(server, seed.cql, 1, 1, { [name]: 'xml' });
  if (xml.records > 0 && xml.diagnostic === null) {
    notebook.pass('packing', '记录以 XML 封装', 'Records come as XML.');
  } else {
    notebook.warn('packing', '不接受 XML 封装', 'XML packing is refused.', {
      zh: 'recordPacking: string',
      en: 'recordPacking: string',
    });
  }
}

export async function probePost(server: Server, seed: Seed): Promise<void> {
  const { notebook } = server.context;
  const { hits, fetched } = await search(server, seed.cql, 1, 1, {}, 'POST');
  if (hits === seed.hits)
    notebook.pass('method.post', 'POST 与 GET 结果相同', 'POST gives what GET gives.');
  else
    notebook.warn(
      'method.post',
      `不接受 POST（${fetched.status ?? fetched.problem}）`,
      `POST is not taken (${fetched.status ?? fetched.problem}).`,
      { zh: 'method: get', en: 'method: get' },
    );
}

export async function probeEdges(server: Server, seed: Seed): Promise<void> {
  const { notebook } = server.context;
  const bad = await search(server, 'nosuchset.nosuchindex = "test"', 1, 1);
  if (bad.diagnostic !== null) {
    notebook.pass(
      'bad-query',
      `不存在的索引得到诊断 ${bad.diagnostic}`,
      `An index that is not there gives diagnostic ${bad.diagnostic}.`,
    );
  } else {
    notebook.warn(
      'bad-query',
      `不存在的索引命中 ${bad.hits} 条，未报错`,
      `An index that is not there gives ${bad.hits} hits and no diagnostic.`,
      {
        zh: '不支持的索引会像没有命中，配置只列可用的',
        en: 'Missing indexes look like no hits: list only those that work.',
      },
    );
  }
  const beyond = await search(server, seed.cql, seed.hits + 5, 1);
  if (beyond.records === 0) {
    notebook.pass(
      'past-end',
      `越界得到${beyond.diagnostic === null ? '空列表' : `诊断 ${beyond.diagnostic}`}`,
      `Beyond the end comes ${beyond.diagnostic === null ? 'an empty list' : `diagnostic ${beyond.diagnostic}`}.`,
    );
  } else {
    notebook.warn('past-end', '越界仍返回记录', 'Records come even from beyond the end.');
  }
}

export async function probeScan({ context, url, version }: Server, index: unknown): Promise<void> {
  const { notebook } = context;
  const name = typeof index === 'string' ? index : 'dc.title';
  const versioned = version === '2.0' ? {} : { version, operation: 'scan' };
  const { root } = await fetchXml(context, url, {
    ...versioned,
    scanClause: `${name} = "a"`,
    maximumTerms: '5',
  });
  const terms = root === null ? null : firstChild(root, 'terms');
  const count = terms === null ? 0 : childrenOf(terms, 'term').length;
  if (count > 0)
    notebook.pass('scan', `${name} 给出 ${count} 个词`, `${name} gives ${count} terms.`);
  else notebook.warn('scan', '不支持浏览', 'Scan is not supported.');
}
