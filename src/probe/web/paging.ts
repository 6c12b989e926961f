import { type Asker, clause } from '../asking.ts';
import type { ProbeContext } from '../context.ts';
import { isSame } from '../terms.ts';
import type { WebWays } from './common.ts';

/** Pages, counts and two searches at once; returns the page size to propose. */
export async function probePaging(
  context: ProbeContext,
  asker: Asker,
  ways: WebWays,
): Promise<number> {
  const { notebook } = context;
  const query = clause(ways.seed.index, ways.seed.term);
  const first = await asker.search(query, { limit: 5 });
  if (first.hits < 10) {
    notebook.warn(
      'page-two',
      `只有 ${first.hits} 条命中，无从翻页`,
      `Only ${first.hits} hits: nothing to page through.`,
    );
  } else {
    const second = await asker.search(query, { start: 6, limit: 5 });
    const repeated = second.records.filter((one) =>
      first.records.some((other) => isSame(one, other)),
    );
    if (second.records.length > 0 && repeated.length === 0)
      notebook.pass(
        'page-two',
        '第二页与第一页不同',
        'The second page has other records than the first.',
      );
    else
      notebook.warn(
        'page-two',
        `第二页 ${second.records.length} 条，${repeated.length} 条与第一页相同`,
        `${second.records.length} records on the second page, ${repeated.length} of them on the first too.`,
      );
  }
  const counted = await asker.search(query, { limit: 0 });
  if (counted.error === null)
    notebook.pass(
      'count-only',
      `不取记录时命中 ${counted.hits}`,
      `${counted.hits} hits without records.`,
    );
  else
    notebook.warn(
      'count-only',
      `不取记录时失败（${counted.error.reason}）`,
      `Asking for the count alone fails (${counted.error.reason}).`,
    );
  if (counted.hits === first.hits)
    notebook.pass('count-stable', `两次均为 ${first.hits}`, `${first.hits} both times.`);
  else
    notebook.warn(
      'count-stable',
      `同一检索先后命中 ${first.hits} 与 ${counted.hits}`,
      `The same search found ${first.hits}, then ${counted.hits}.`,
      { zh: '命中数只作估计', en: 'Take its counts as estimates.' },
    );
  const both = await Promise.all([
    asker.search(query, { limit: 1 }),
    asker.search(query, { limit: 1 }),
  ]);
  const failed = both.find(({ error }) => error !== null);
  if (failed === undefined)
    notebook.pass('concurrency', '可同时检索两次', 'Two searches at once are answered.');
  else
    notebook.warn(
      'concurrency',
      `同时检索时有一个失败（${failed.error?.reason}）`,
      `Of two searches at once one fails (${failed.error?.reason}).`,
      { zh: 'limits.connections: 1', en: 'limits.connections: 1' },
    );
  return probeCap(context, asker, ways, first.hits);
}

async function probeCap(
  context: ProbeContext,
  asker: Asker,
  ways: WebWays,
  hits: number,
): Promise<number> {
  const { notebook, footprint } = context;
  const wanted = Math.min(100, hits);
  let came: number;
  if (ways.cap !== undefined) came = await ways.cap();
  else {
    const before = footprint.requests;
    const { records } = await asker.search(clause(ways.seed.index, ways.seed.term), {
      limit: wanted,
    });
    came = Math.ceil(
      records.length / Math.max(1, footprint.requests - before - (ways.overhead ?? 0)),
    );
  }
  if (came >= wanted)
    notebook.pass(
      'page-cap',
      `要 ${wanted} 条，一次给 ${came} 条`,
      `${came} of ${wanted} records came at once.`,
    );
  else
    notebook.warn(
      'page-cap',
      `要 ${wanted} 条，每次给 ${came} 条`,
      `${wanted} records were asked for, ${came} come at a time.`,
    );
  return came >= wanted ? 20 : Math.max(1, Math.min(20, came));
}
