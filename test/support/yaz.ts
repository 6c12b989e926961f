import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, type Running, startProgram } from './processes.ts';
import { cqlMap } from './zebra.ts';

export interface YazServer extends Running {
  readonly host: string;
  readonly port: number;
}

/**
 * YAZ's test server, over Z39.50 and SRU. It has no catalogue: a search for a number finds so many records,
 * any other search a random count, and its records are the same few over and over. CQL it counts only with
 * `cql`, when YAZ's front end turns it into RPN first; then it knows the indexes of the map and no others.
 */
export async function startYazTestServer({ cql = false } = {}): Promise<YazServer> {
  const [port = 0] = await freePorts(1);
  const address = `tcp:127.0.0.1:${port}`;
  if (!cql) {
    const running = await startProgram('yaz-ztest', ['-S', address], { ports: [port] });
    return { ...running, host: '127.0.0.1', port };
  }
  const folder = await mkdtemp(join(tmpdir(), 'guanji-yaz-'));
  const server = '<server id="one" listenref="one"><cql2rpn>cql.properties</cql2rpn></server>';
  const settings = `<yazgfs><listen id="one">${address}</listen>${server}</yazgfs>`;
  await writeFile(join(folder, 'server.xml'), settings);
  await writeFile(join(folder, 'cql.properties'), cqlMap);
  const options = { cwd: folder, ports: [port] };
  const running = await startProgram('yaz-ztest', ['-S', '-f', 'server.xml'], options);
  return {
    pid: running.pid,
    host: '127.0.0.1',
    port,
    async stop() {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
