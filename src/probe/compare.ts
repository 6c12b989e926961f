import type { ConnectorInput, LibraryInput } from '../members/document.ts';
import type { SourceRecord } from '../members/types.ts';
import type { ProbeContext } from './context.ts';
import type { ProbeName } from './names.ts';
import { searchKnown } from './verify.ts';

const same = (a: string, b: string): boolean =>
  a === b ||
  (a.startsWith('gb') && b.startsWith('gb')) ||
  (a.startsWith('big5') && b.startsWith('big5'));

/** Holds a document that is already there against what was found, setting by setting. */
export async function compareDocument(
  context: ProbeContext,
  given: LibraryInput,
  found: LibraryInput,
  known: SourceRecord | null,
): Promise<void> {
  const { notebook } = context;
  const pairs: readonly (readonly [ProbeName, string])[] = [
    ['document.charset', 'charset'],
    ['document.query-charset', 'queryCharset'],
    ['document.syntax', 'syntax'],
    ['document.version', 'version'],
    ['document.records', 'records'],
  ];
  for (const [id, key] of pairs) {
    const said = settingOf(given.connector, key);
    const is = settingOf(found.connector, key);
    if (said === null || is === null || said === 'auto') continue;
    if (same(said, is)) {
      notebook.pass(id, `${key}: ${said}，与实测一致`, `${key}: ${said}, as was found.`);
    } else {
      notebook.fail(
        id,
        `配置写 ${key}: ${said}，实测为 ${is}`,
        `The document says ${key}: ${said}; ${is} was found.`,
        {
          zh: `改为 ${key}: ${is}`,
          en: `Change it to ${key}: ${is}.`,
        },
      );
    }
  }
  const search = await searchKnown(context, given, known);
  if (search === null) return;
  const { answer, index, term } = search;
  if (search.matched) {
    notebook.pass(
      'document.known-item',
      `现有配置以 ${index} 检索「${term}」取回了已知记录`,
      `As it stands the document finds the known record by ${index} “${term}”.`,
    );
  } else {
    const why = answer.error?.reason ?? `${answer.hits} hits`;
    notebook.fail(
      'document.known-item',
      `现有配置检索「${term}」没有取回已知记录（${why}）`,
      `As it stands the document does not find the known record by “${term}” (${why}).`,
      {
        zh: '改用建议的配置',
        en: 'Use the proposed document.',
      },
    );
  }
}

function settingOf(connector: ConnectorInput, key: string): string | null {
  const value = (connector as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? value : null;
}
