import type { FastifyBaseLogger } from 'fastify';
import type { OpeningDatabase } from './app-database.ts';
import type { Settings } from './config.ts';
import type { Checked } from './members/check.ts';
import type { Directory } from './members/directory.ts';
import { createHealth, type Health } from './members/health/index.ts';
import type { Connector, Library } from './members/types.ts';
import type { Clock } from './store/clock.ts';

export interface RunningHealth {
  readonly health: Health;
  /** Writes what is left to write; the database is let go of after it. */
  close(): Promise<void>;
}

export interface HealthStart {
  readonly settings: Settings;
  readonly database: OpeningDatabase;
  readonly directory: Directory;
  /** A library's guarded connector with nobody looking on; undefined for one that is not asked. */
  readonly connectorFor: (id: string) => Connector | undefined;
  /** A connector of any document, guarded by itself. */
  readonly makeConnector: (library: Library) => Connector;
  readonly check: (value: unknown) => Checked;
  readonly site: () => string;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
}

/**
 * Health of member libraries: looks on from the first search, and writes, checks and plans as soon as the
 * database is open, whoever needs it. A gateway that keeps no database keeps no history.
 */
export function startHealth(start: HealthStart): RunningHealth {
  const { settings, database, logger } = start;
  const { checkMinutes, slowMs, tellAfterChecks, tellAfterMinutes, askedFrom, shadowPerMinute } =
    settings.health;
  const health = createHealth({
    ...start,
    settings: {
      everyMinutes: checkMinutes,
      slowMs,
      tell: { checks: tellAfterChecks, minutes: tellAfterMinutes },
      askedFrom,
      timezone: settings.loans.timezone,
      shadowPerMinute,
    },
    checkDocument: start.check,
    onError: (error, what) => logger.warn({ err: error }, what),
  });
  let isClosing = false;
  let opening: Promise<void> = Promise.resolve();
  database.onOpen((opened) => {
    if (isClosing) return;
    opening = health.open(opened).then(
      () => (isClosing ? undefined : health.start()),
      (error) => logger.error({ err: error }, 'health of libraries cannot be kept'),
    );
  });
  return {
    health,
    async close() {
      isClosing = true;
      await opening;
      await health.close();
    },
  };
}
