import type { Connector } from '../src/members/types.ts';
import { BerFramer } from '../src/protocols/z3950/framer.ts';
import { parseReaderQuery } from '../src/query/index.ts';
import { runProgram } from '../test/support/processes.ts';
import { findProgram } from '../test/support/requirements.ts';
import { startYazTestServer, type YazServer } from '../test/support/yaz.ts';
import { connectorTo, loopbackEgress } from '../test/support/z3950-ask.ts';
import type { Bench, Figure } from './support/bench.ts';
import { median } from './support/statistics.ts';

const searchesARun = 3000;
const fetchesARun = 200;
const recordsAFetch = 100;

/** Both sides ask yaz-ztest on the loopback over one connection, ours through the whole connector. */
export const bench: Bench = {
  name: 'z3950',
  question:
    'How many searches and records a second does one Z39.50 association give, beside zoomsh?',
  async run({ runs, quick, say }) {
    const notes: string[] = [];
    const figures = [...framerFigures(runs)];
    if (findProgram('yaz-ztest') === null) {
      return { figures, notes: ['yaz-ztest is not installed: no searches were made.'] };
    }
    const server = await startYazTestServer();
    const egress = loopbackEgress();
    const connector = connectorTo(egress, {
      port: server.port,
      database: 'Default',
      limits: { pageSize: recordsAFetch, connections: 1, perMinute: 1_000_000 },
    });
    try {
      const share = quick ? 0.1 : 1;
      const searches = Math.round(searchesARun * share);
      const fetches = Math.round(fetchesARun * share);
      // The first run warms the compiler up and is not counted.
      await askMany(connector, searches, 0);
      await askMany(connector, fetches, recordsAFetch);
      const ours: number[] = [];
      const theirs: number[] = [];
      const oursRecords: number[] = [];
      const theirsRecords: number[] = [];
      for (let run = 0; run < runs; run += 1) {
        say(`  run ${run + 1} of ${runs}`);
        ours.push(searches / (await askMany(connector, searches, 0)));
        oursRecords.push(
          (fetches * recordsAFetch) / (await askMany(connector, fetches, recordsAFetch)),
        );
        theirs.push(searches / (await zoomsh(server, searches, 0)));
        theirsRecords.push(
          (fetches * recordsAFetch) / (await zoomsh(server, fetches, recordsAFetch)),
        );
      }
      notes.push(
        'The floor is zoomsh (YAZ, C), which decodes no MARC; its process start is in its time.',
      );
      figures.unshift(
        rate('searches on one connection', 'searches/s', ours, theirs, 5000),
        rate('records fetched and decoded', 'records/s', oursRecords, theirsRecords, 40_000),
      );
      return { figures, notes };
    } finally {
      await connector.close();
      await egress.close();
      await server.stop();
    }
  },
};

function rate(
  name: string,
  unit: string,
  runs: readonly number[],
  floor: readonly number[],
  atLeast: number,
): Figure {
  const isMeasured = floor.every(Number.isFinite);
  return {
    name,
    unit,
    runs,
    ...(isMeasured ? { floor } : {}),
    budget: `at least ${atLeast}`,
    passed: median(runs) >= atLeast,
  };
}

const silent = { enter: () => undefined, roundTrip: () => undefined };

/** Seconds for so many searches, one after the other. */
async function askMany(connector: Connector, count: number, limit: number): Promise<number> {
  const { query } = parseReaderQuery('100', { syntax: 'words', index: 'any' });
  const { signal } = new AbortController();
  let records = 0;
  const start = performance.now();
  for (let done = 0; done < count; done += 1) {
    const deadline = performance.now() + 8000;
    const ask = { query, start: 1, limit, sort: null, deadline, trace: silent };
    await connector.search(ask, signal, (some) => {
      records += some.length;
    });
  }
  const seconds = (performance.now() - start) / 1000;
  if (records !== count * limit) throw new Error(`${records} records came, not ${count * limit}`);
  return seconds;
}

/** Seconds that zoomsh takes for the same; NaN where it is not installed. */
async function zoomsh(server: YazServer, count: number, limit: number): Promise<number> {
  if (findProgram('zoomsh') === null) return Number.NaN;
  const search = limit === 0 ? 'search 100\n' : `search 100\nshow 0 ${limit}\n`;
  const options = limit === 0 ? '' : `set count ${limit}\nset presentChunk ${limit}\n`;
  const input = `set preferredRecordSyntax usmarc\n${options}connect 127.0.0.1:${server.port}/Default\n`;
  const start = performance.now();
  await runProgram('zoomsh', [], { input: `${input}${search.repeat(count)}quit\n` });
  return (performance.now() - start) / 1000;
}

const framedBytes = 8 * 1024 * 1024;

/** Nanoseconds a byte for PDUs and reads of several sizes. The work is also counted, in the tests. */
function framerFigures(runs: number): Figure[] {
  frame(1024, 64);
  return [1024, 64 * 1024, 4 * 1024 * 1024].flatMap((size) =>
    [64, 1460, 65_536].map((read) => ({
      name: `framer, PDUs of ${size} bytes in reads of ${read}`,
      unit: 'ns/byte',
      runs: Array.from({ length: runs }, () => frame(size, read)),
    })),
  );
}

function frame(size: number, read: number): number {
  const pdu = new Uint8Array(size);
  const content = size - 14;
  const octets = [24, 16, 8, 0].map((shift) => (content >>> shift) & 0xff);
  pdu.set([0xb9, 0x80, 0x30, 0x80, 0x81, 0x84, ...octets]);
  const whole = Math.max(1, Math.floor(framedBytes / size));
  const reads: Uint8Array[] = [];
  const stream = Buffer.concat(Array(whole).fill(pdu));
  for (let at = 0; at < stream.length; at += read) {
    reads.push(new Uint8Array(stream.subarray(at, at + read)));
  }
  const framer = new BerFramer();
  let found = 0;
  const start = performance.now();
  for (const chunk of reads) found += framer.write(chunk).length;
  const took = performance.now() - start;
  if (found !== whole) throw new Error(`${found} PDUs were found, not ${whole}`);
  return (took * 1_000_000) / stream.length;
}
