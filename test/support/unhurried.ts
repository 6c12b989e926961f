import type { Settings } from '../../src/config.ts';

/**
 * Settings under which a gateway never takes a busy machine for overload: beside other tests the start
 * alone may hold the event loop for longer than a served gateway should. Zero turns the look at it off; a
 * limit, however high, would not: where no sample came in time, the delay counts as endless.
 */
export function unhurried(settings: Settings): Settings {
  return { ...settings, server: { ...settings.server, maxEventLoopDelayMs: 0 } };
}
