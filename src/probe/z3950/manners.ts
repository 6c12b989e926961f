import { encodeTerm } from '../../marc/charset/index.ts';
import { searchRequest } from '../../protocols/z3950/ask.ts';
import { connect } from '../../protocols/z3950/connect.ts';
import { attributeSets } from '../../protocols/z3950/oid.ts';
import { callWithin, type ProbeContext } from '../context.ts';
import { firstTerm, isSame, nonsenseTerm } from '../terms.ts';
import type { Findings } from './findings.ts';
import { oidOf } from './findings.ts';
import { presentSeed, readAll } from './sample.ts';
import { attempt, openSession, queryOf, said } from './session.ts';

/** Records that come along with the count. */
export async function probePiggyback({ notebook }: ProbeContext, findings: Findings) {
  const answer = await findings.session.search({
    ...findings.seed,
    piggyback: 2,
    syntax: oidOf(findings.syntax),
    elementSet: findings.elementSet,
  });
  if (answer.ok && answer.value.records.some(({ kind }) => kind === 'record')) {
    notebook.pass(
      'piggyback',
      `检索响应带回 ${answer.value.records.length} 条记录`,
      `${answer.value.records.length} records came with the count.`,
    );
    return;
  }
  findings.piggyback = false;
  const why = !answer.ok
    ? answer.ended
    : (answer.value.withheld ?? answer.value.failed)
      ? said(answer.value.withheld ?? answer.value.failed ?? { set: '', condition: 0, addinfo: '' })
      : 'no records';
  const fix = {
    zh: 'piggyback: false（建议的配置已如此）',
    en: 'piggyback: false, as proposed here.',
  };
  const breaks = !answer.ok || answer.value.failed !== null;
  if (breaks) {
    notebook.fail(
      'piggyback',
      `要求携带记录时检索失败（${why}）`,
      `A search that asks for records fails (${why}).`,
      fix,
    );
  } else {
    notebook.warn(
      'piggyback',
      `检索响应不携带记录（${why}），须另取`,
      `No records come with the count (${why}); they take a Present.`,
      fix,
    );
  }
}

/** Init and Search in one write on a new connection; a server may expect to be waited for. */
export async function probePipelining(context: ProbeContext, findings: Findings) {
  const { notebook } = context;
  await context.footprint.turn();
  const connected = await attempt(context, null, () =>
    connect(findings.library, context.dependencies, callWithin(context)),
  );
  if (!connected.ok) {
    notebook.warn(
      'pipelining',
      `无法再建连接（${connected.ended}）`,
      `No other connection could be made (${connected.ended}).`,
    );
    return;
  }
  const association = connected.value;
  const both = await attempt(context, association, () =>
    association.together(() =>
      Promise.all([
        association.init(),
        association.ask(
          searchRequest({
            database: findings.database,
            set: 'default',
            query: queryOf(findings.seed),
            piggyback: 0,
            syntax: undefined,
            elementSet: '',
          }),
        ),
      ]),
    ),
  );
  association.close();
  if (both.ok && both.value[1].searchStatus && both.value[1].resultCount === findings.seedHits) {
    findings.pipeline = true;
    notebook.pass(
      'pipelining',
      '一次写出 Init 与 Search 均有应答',
      'Init and Search written at once are both answered.',
    );
    return;
  }
  notebook.warn(
    'pipelining',
    `一次写出 Init 与 Search 时${both.ok ? '结果不同' : `失败（${both.ended}）`}`,
    `Init and Search written at once ${both.ok ? 'give another count' : `fail (${both.ended})`}.`,
    { zh: 'pipeline: false', en: 'pipeline: false' },
  );
}

/** Two sets side by side: the first must still be there after the second search. */
export async function probeNamedSets({ notebook }: ProbeContext, findings: Findings) {
  const { session, seed, seedHits } = findings;
  const first = await session.search({ ...seed, set: 'gj1' });
  const second = await session.search({
    attributes: seed.attributes,
    octets: encodeTerm(nonsenseTerm, 'ascii'),
    set: 'gj2',
  });
  if (first.ok && first.value.failed === null && first.value.hits === seedHits && second.ok) {
    const got = await session.present({
      set: 'gj1',
      start: 1,
      count: 1,
      syntax: oidOf(findings.syntax),
    });
    if (got.ok && got.value.records.some(({ kind }) => kind === 'record')) {
      notebook.pass('named-sets', '两个结果集可以并存', 'Two result sets are kept side by side.');
      return;
    }
  }
  const why = !first.ok ? first.ended : first.value.failed ? said(first.value.failed) : 'lost';
  notebook.warn('named-sets', `只有一个结果集（${why}）`, `Only one result set is kept (${why}).`, {
    zh: '翻页时会重新检索，不影响结果',
    en: 'Later pages search again; results are the same.',
  });
}

/** The second page must not repeat the first. */
export async function probePages({ notebook }: ProbeContext, findings: Findings) {
  const { seedHits, syntax } = findings;
  if (seedHits < 4) {
    notebook.warn(
      'page-two',
      `只有 ${seedHits} 条命中，无从翻页`,
      `Only ${seedHits} hits: nothing to page through.`,
    );
  } else {
    await findings.session.search(findings.seed);
    const count = Math.min(5, Math.floor(seedHits / 2));
    const first = readAll(
      findings,
      await presentSeed(findings, { start: 1, count, syntax }),
      syntax,
    );
    const second = readAll(
      findings,
      await presentSeed(findings, { start: count + 1, count, syntax }),
      syntax,
    );
    const repeated = second.records.filter((one) =>
      first.records.some((other) => isSame(one, other)),
    );
    if (second.records.length > 0 && repeated.length === 0) {
      notebook.pass(
        'page-two',
        '第二页与第一页不同',
        'The second page has other records than the first.',
      );
    } else {
      notebook.warn(
        'page-two',
        `第二页 ${second.records.length} 条，其中 ${repeated.length} 条与第一页相同`,
        `${second.records.length} records on the second page, ${repeated.length} of them on the first too.`,
        { zh: '请该馆检查结果集的取记录功能', en: 'Ask the library to check Present.' },
      );
    }
  }
  const beyond = await presentSeed(findings, { start: seedHits + 5, count: 1, syntax });
  const refused =
    beyond.ok && (beyond.value.withheld !== null || beyond.value.records.length === 0);
  if (refused) {
    const words = beyond.value.withheld ? said(beyond.value.withheld) : 'no records';
    notebook.pass(
      'past-end',
      `越界取记录得到说明（${words}）`,
      `Beyond the end it says so (${words}).`,
    );
  } else {
    notebook.warn(
      'past-end',
      beyond.ok ? '越界仍返回记录' : `越界时会话中断（${beyond.ended}）`,
      beyond.ok
        ? 'Records come even from beyond the end.'
        : `Beyond the end the association breaks (${beyond.ended}).`,
    );
  }
}

export async function probeCounts({ notebook }: ProbeContext, findings: Findings) {
  const again = await findings.session.search(findings.seed);
  const hits = again.ok ? again.value.hits : null;
  if (hits === findings.seedHits) {
    notebook.pass('count-stable', `两次均为 ${hits}`, `${hits} both times.`);
  } else {
    notebook.warn(
      'count-stable',
      `同一检索先后命中 ${findings.seedHits} 与 ${hits ?? '–'}`,
      `The same search found ${findings.seedHits}, then ${hits ?? 'failed'}.`,
      {
        zh: '命中数只作估计',
        en: 'Take its counts as estimates.',
      },
    );
  }
  const records = again.ok ? again.value.records.length : 0;
  if (records === 0) {
    notebook.pass(
      'count-only',
      '不要记录时只给命中数',
      'Only the count comes when no records are wanted.',
    );
  } else {
    notebook.warn(
      'count-only',
      `不要记录也带回 ${records} 条`,
      `${records} records come although none are wanted.`,
    );
  }
}

export async function probeBadQuery({ notebook }: ProbeContext, { session }: Findings) {
  const answer = await session.search({
    attributes: { '1': 9876 },
    octets: encodeTerm('test', 'ascii'),
  });
  if (answer.ok && answer.value.failed !== null) {
    notebook.pass(
      'bad-query',
      `不存在的属性被拒绝（${said(answer.value.failed)}）`,
      `An attribute that is not there is refused (${said(answer.value.failed)}).`,
    );
    return;
  }
  notebook.warn(
    'bad-query',
    answer.ok
      ? `不存在的属性 1=9876 得到 ${answer.value.hits} 条，未报错`
      : `会话中断（${answer.ended}）`,
    answer.ok
      ? `Attribute 1=9876, which is not there, gives ${answer.value.hits} hits and no diagnostic.`
      : `The association breaks off (${answer.ended}).`,
    {
      zh: '不支持的检索点会像没有命中，配置中只列确实可用的',
      en: 'Missing indexes look like no hits: list only those that work.',
    },
  );
}

export async function probeBoolean({ notebook }: ProbeContext, findings: Findings) {
  const { known, records, session, database } = findings;
  const title = known === null ? null : firstTerm(known, records, 'title');
  const year = known === null ? null : firstTerm(known, [], 'year');
  const use = findings.indexes.year?.['1'];
  if (title === null || year === null || typeof use !== 'number') {
    notebook.warn('boolean', '样本没有可组合的两项', 'The sample has no two terms to combine.');
    return;
  }
  const charset = findings.queryCharset;
  const term = (attribute: number, text: string) =>
    ({
      type: 'term',
      attributes: [{ type: 1, value: attribute }],
      term: { kind: 'general', octets: encodeTerm(text, charset) },
    }) as const;
  const rpn = {
    type: 'operation',
    operator: 'and',
    left: term(4, title),
    right: term(use, year),
  } as const;
  const answer = await session.run((association) =>
    association.ask(
      searchRequest({
        database,
        set: 'default',
        query: { type: 'type-1', attributeSet: attributeSets.bib1, rpn },
        piggyback: 0,
        syntax: undefined,
        elementSet: '',
      }),
    ),
  );
  if (answer.ok && answer.value.searchStatus && answer.value.resultCount > 0) {
    notebook.pass(
      'boolean',
      `题名与年份相与命中 ${answer.value.resultCount} 条`,
      `Title and year together find ${answer.value.resultCount}.`,
    );
  } else {
    notebook.warn(
      'boolean',
      `题名与年份相与没有命中${answer.ok ? '' : `（${answer.ended}）`}`,
      `Title and year together find nothing${answer.ok ? '' : ` (${answer.ended})`}.`,
    );
  }
}

/** Another association beside the first, and one that is kept. */
export async function probeConcurrency(context: ProbeContext, findings: Findings) {
  const { notebook } = context;
  const opened = await openSession(context, findings.library);
  if (!opened.ok) {
    findings.connections = 1;
    notebook.warn(
      'concurrency',
      `不接受第二个会话（${opened.ended}）`,
      `A second association is not taken (${opened.ended}).`,
      {
        zh: 'limits.connections: 1',
        en: 'limits.connections: 1',
      },
    );
    return;
  }
  const other = opened.value;
  const [a, b] = await Promise.all([
    findings.session.search(findings.seed),
    other.search(findings.seed),
  ]);
  other.close();
  const isSameCount = a?.ok && b?.ok && a.value.failed === null && b.value.failed === null;
  if (isSameCount) {
    notebook.pass('concurrency', '两个会话可同时检索', 'Two associations search at once.');
  } else {
    findings.connections = 1;
    notebook.warn('concurrency', '同时检索时有一个失败', 'Of two searches at once one fails.', {
      zh: 'limits.connections: 1',
      en: 'limits.connections: 1',
    });
  }
}
