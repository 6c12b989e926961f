import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createGateway } from '../../src/app.ts';
import { readSettings } from '../../src/config.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { unhurried } from './unhurried.ts';

export interface DemonstrationGateway {
  /** Not yet listening. */
  readonly server: FastifyInstance;
  close(): Promise<void>;
}

/**
 * A whole gateway, without interlibrary loan, over the named demonstration libraries, which answer
 * without delay. `data` is an empty folder.
 */
export async function startDemonstrationGateway(
  libraries: readonly string[],
  data: string,
): Promise<DemonstrationGateway> {
  const environment = { LOG_LEVEL: 'silent', GUANJI_ADMIN_TOKEN: 'token-of-the-test' };
  const settings = unhurried(await readSettings(environment));
  const sandbox = await startSandbox({ libraries: [...libraries], delays: false });
  const gateway = await createGateway(
    { ...settings, connectors: null, data, loans: { ...settings.loans, enabled: false } },
    environment,
    { documents: sandbox.documents, defaultLibraries: libraries },
    pino({ level: 'silent' }),
  );
  return {
    server: gateway.server,
    async close() {
      await gateway.close();
      await sandbox.close();
    },
  };
}
