import type { LibraryInput } from '../../src/members/document.ts';

export interface BenchLibrary {
  readonly port: number;
  readonly database: string;
  readonly syntax?: 'usmarc' | 'unimarc';
}

/** Documents of the bench's libraries: pipelined Z39.50, everything else as documents have it by default. */
export function benchLibraries(targets: readonly BenchLibrary[], records = 100): LibraryInput[] {
  return targets.map(({ port, database, syntax = 'usmarc' }, at) => ({
    id: `bench-${at}`,
    code: String(at),
    name: { zh: `第${at}馆` },
    connector: {
      protocol: 'z3950',
      host: '127.0.0.1',
      port,
      database,
      syntax,
      charset: 'utf-8',
      pipeline: true,
      limits: { pageSize: records, perMinute: 1_000_000 },
    },
  }));
}
