import type { Settings } from '../../src/config.ts';

/**
 * Settings under which a gateway never takes a busy machine for overload: beside other tests the start
 * alone may hold the event loop for longer than a served gateway should.
 */
export function unhurried(settings: Settings): Settings {
  return { ...settings, server: { ...settings.server, maxEventLoopDelayMs: 3_600_000 } };
}
