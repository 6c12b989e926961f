import type { Fault } from './members/faults.ts';

/** Settings that cannot be used; `faults` lists all of them. */
export class SettingsError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(`settings: ${faults.length} fault${faults.length === 1 ? '' : 's'}`);
    this.name = 'SettingsError';
    this.faults = faults;
  }
}
