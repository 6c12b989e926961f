import { setFlagsFromString } from 'node:v8';

/**
 * Sets how V8 keeps the heap of this process; called once, before work begins.
 *
 * V8 learns from the first searches that records, profiles and lines outlive a collection, and from then on makes
 * them among the old objects. Dead there, they wait for a full collection, and every young object they name is
 * copied and kept with them: half of all that a search makes, a sixth of its processor time.
 */
export function settleHeap(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
