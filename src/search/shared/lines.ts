import { createHash } from 'node:crypto';
import type { RecordPlace } from '../records.ts';
import type { SharedLines } from '../shared-searches.ts';
import type { Reply, SharedConnection } from './connection.ts';

/** Places of lines and records in Redis or Valkey, as long as a record id answers. */
export function createSharedLines(
  connection: SharedConnection,
  { keepMs }: { readonly keepMs: number },
): SharedLines {
  const lineKey = (id: string) => connection.key('line', id);
  const sourceKey = ({ library, localId }: Pick<RecordPlace, 'library' | 'localId'>) => {
    const name = createHash('sha256').update(`${library}\u0000${localId}`).digest('base64url');
    return connection.key('place', name);
  };
  const write = (key: string, value: unknown) =>
    connection.send(['SET', key, JSON.stringify(value), 'PX', String(keepMs)]);
  return {
    async keep(lines, sources) {
      await Promise.all([
        ...lines.map(({ id, places }) => write(lineKey(id), places)),
        ...sources.map((source) => write(sourceKey(source.place), source)),
      ]);
    },
    line: async (id) => parsed(await connection.send(['GET', lineKey(id)])),
    source: async (library, localId) =>
      parsed(await connection.send(['GET', sourceKey({ library, localId })])),
  };
}

function parsed<T>(reply: Reply): T | undefined {
  return reply === null ? undefined : (JSON.parse(reply.toString()) as T);
}
