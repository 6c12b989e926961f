import type { LibraryInput } from '../members/document.ts';
import type { Phase, SourceRecord } from '../members/types.ts';
import type { IndexName } from '../query/types.ts';
import { type Answer, clause, createAsker } from './asking.ts';
import type { ProbeContext } from './context.ts';
import { isSame, termOf } from './terms.ts';

const slowSearchMs = 2000;

/**
 * The proof of a proposed document: a search with it, as readers' searches go, brings the known record back.
 * Returns the milliseconds it took by phase.
 */
export async function verify(
  context: ProbeContext,
  document: LibraryInput,
  known: SourceRecord | null,
): Promise<Partial<Record<Phase, number>>> {
  const { notebook } = context;
  const found = await searchKnown(context, document, known);
  if (found === null) {
    notebook.warn(
      'known-item',
      '没有可用于验证的已知记录',
      'There is no known record to prove the document by.',
    );
    return {};
  }
  const { answer, warm, index, term, matched } = found;
  noteTimes(context, answer, warm);
  if (matched) {
    notebook.pass(
      'known-item',
      `${index} 检索「${term}」命中 ${answer.hits} 条，取回了已知记录`,
      `${index} “${term}” finds ${answer.hits}, the known record among them.`,
    );
  } else if (answer.error !== null) {
    notebook.fail(
      'known-item',
      `用建议的配置检索失败（${answer.error.reason}）`,
      `A search with the proposed document fails (${answer.error.reason}).`,
      { zh: '请把本报告交给管理员', en: 'Give this report to an administrator.' },
    );
  } else {
    notebook.warn(
      'known-item',
      `${index} 检索「${term}」命中 ${answer.hits} 条，前 ${answer.records.length} 条中没有已知记录`,
      `${index} “${term}” finds ${answer.hits}; the known record is not among the first ${answer.records.length}.`,
    );
  }
  return answer.phases;
}

export interface KnownSearch {
  readonly answer: Answer;
  /** The same search once more over what the first left open. */
  readonly warm: Answer;
  readonly index: IndexName;
  readonly term: string;
  readonly matched: boolean;
}

/** Asks for a known record by its title, then by any other index the document has, until it comes. */
export async function searchKnown(
  context: ProbeContext,
  document: LibraryInput,
  known: SourceRecord | null,
): Promise<KnownSearch | null> {
  const asker = createAsker(context, document);
  if (asker === null || known === null) return null;
  try {
    let last: KnownSearch | null = null;
    for (const index of ['title', 'isbn', 'any', 'id', 'author'] as const) {
      const term = termOf(known, index);
      if (
        asker.library.connector.indexes[index] === undefined ||
        term === null ||
        isDamaged(known, index)
      )
        continue;
      const answer = await asker.search(clause(index, term), { limit: 20 });
      const matched = answer.records.some((record) => isSame(record, known));
      const warm = matched ? await asker.search(clause(index, term), { limit: 20 }) : answer;
      const found = { answer, warm, index, term, matched };
      if (matched) return found;
      last ??= found;
    }
    return last;
  } finally {
    await asker.close();
  }
}

function noteTimes({ notebook }: ProbeContext, cold: Answer, warm: Answer): void {
  const phases = Object.entries(cold.phases)
    .map(([phase, ms]) => `${phase} ${Math.round(ms)}`)
    .join(', ');
  const zh = `${cold.elapsedMs} 毫秒（${phases}）`;
  const en = `${cold.elapsedMs} ms (${phases}).`;
  if (cold.elapsedMs <= slowSearchMs) notebook.pass('latency.search', zh, en);
  else
    notebook.warn('latency.search', zh, en, {
      zh: '较慢：读者会先看到其他馆的结果',
      en: 'Slow: readers see other libraries first.',
    });
  if (warm.error === null) {
    notebook.pass(
      'reuse',
      `保持的连接再次检索 ${warm.elapsedMs} 毫秒`,
      `The same search over a kept connection: ${warm.elapsedMs} ms.`,
    );
  } else {
    notebook.warn(
      'reuse',
      `再次检索失败（${warm.error.reason}）`,
      `The second search fails (${warm.error.reason}).`,
    );
  }
}

/** A damaged title would be asked for without the characters that are missing. */
function isDamaged({ record }: SourceRecord, index: IndexName): boolean {
  return (index === 'title' || index === 'any') && record.title.includes('\ufffd');
}
