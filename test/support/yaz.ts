import { freePorts, type Running, startProgram } from './processes.ts';

export interface YazServer extends Running {
  readonly host: string;
  readonly port: number;
}

/**
 * YAZ's test server, over Z39.50 and SRU. It has no catalogue: a search for a number finds so many records,
 * any other search a random count, and its records are the same few over and over.
 */
export async function startYazTestServer(): Promise<YazServer> {
  const [port = 0] = await freePorts(1);
  const running = await startProgram('yaz-ztest', ['-S', `tcp:127.0.0.1:${port}`], {
    ports: [port],
  });
  return { ...running, host: '127.0.0.1', port };
}
