import type { ConnectorInput, LibraryInput } from '../../members/document.ts';
import type { SourceRecord } from '../../members/types.ts';
import { clause, createAsker, joined, withConnector } from '../asking.ts';
import { hasTime, type ProbeContext } from '../context.ts';
import { firstTerm } from '../terms.ts';
import type { WebWays } from './common.ts';

/** Sort keys that the server takes; null where the protocol has none. */
export async function probeSorts(
  context: ProbeContext,
  document: LibraryInput,
  { seed, sorts }: WebWays,
): Promise<{ year?: string; title?: string } | null> {
  if (sorts === undefined) return null;
  const { notebook } = context;
  const working: { year?: string; title?: string } = {};
  for (const key of ['year', 'title'] as const) {
    const connector = { ...document.connector, sorts: { [key]: sorts[key] } } as ConnectorInput;
    const indexes = { ...connector.indexes, [seed.index]: seed.spelling };
    const asker = createAsker(
      context,
      withConnector(document, { ...connector, indexes } as ConnectorInput),
    );
    if (asker === null || !hasTime(context)) continue;
    const { outcome, error } = await asker.search(clause(seed.index, seed.term), {
      limit: 3,
      sort: { key, descending: false },
    });
    await asker.close();
    if (outcome?.sorted) {
      working[key] = sorts[key];
      notebook.pass(
        `sort.${key}`,
        `按 ${sorts[key]} 排序成功`,
        `Sorting by ${sorts[key]} succeeds.`,
      );
    } else {
      notebook.warn(
        `sort.${key}`,
        `不能按 ${sorts[key]} 排序（${error?.reason ?? '被忽略'}）`,
        `It does not sort by ${sorts[key]} (${error?.reason ?? 'left out'}).`,
      );
    }
  }
  return working;
}

/** Two terms of one record, joined. */
export async function probeBoolean(
  context: ProbeContext,
  document: LibraryInput,
  known: SourceRecord,
  records: readonly SourceRecord[],
): Promise<void> {
  const { notebook } = context;
  const asker = createAsker(context, document);
  const indexes = asker?.library.connector.indexes ?? {};
  const title = firstTerm(known, records, 'title');
  const pair = (['year', 'author', 'publisher', 'any'] as const)
    .map((name) => [name, firstTerm(known, [], name)] as const)
    .find(([name, term]) => indexes[name] !== undefined && term !== null);
  if (asker === null || title === null || pair === undefined || indexes.title === undefined) {
    notebook.warn('boolean', '样本没有可组合的两项', 'The sample has no two terms to combine.');
    return;
  }
  const { hits, error } = await asker.search(
    joined('and', ['title', title], [pair[0], pair[1] ?? '']),
    { limit: 1 },
  );
  await asker.close();
  if (hits > 0)
    notebook.pass(
      'boolean',
      `题名与 ${pair[0]} 相与命中 ${hits} 条`,
      `Title and ${pair[0]} together find ${hits}.`,
    );
  else
    notebook.warn(
      'boolean',
      `题名与 ${pair[0]} 相与没有命中${error ? `（${error.reason}）` : ''}`,
      `Title and ${pair[0]} together find nothing${error ? ` (${error.reason})` : ''}.`,
    );
}
