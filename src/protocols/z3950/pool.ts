import type { Bound } from '../egress/bounds.ts';
import { EgressError } from '../egress/errors.ts';
import type { EgressCall } from '../types.ts';
import type { Association } from './association.ts';

export interface PoolSettings {
  /** Associations at one time. */
  readonly connections: number;
  /** Result sets that nobody has read on from for this time are given back. */
  readonly setsIdleMs: number;
  /** An association that nobody uses is closed after this time: a library's seats are not ours to hold. */
  readonly idleMs: number;
  /** Asks that may wait for an association. */
  readonly queue: number;
}

/** The associations of one library, shared by all searches; each is lent to one search at a time. */
export interface Pool {
  /**
   * Lends an idle association (one that `prefers` likes, else the one used last), a new one, or the next
   * that comes back. Rejects with EgressError.
   */
  acquire(call: PoolCall, prefers?: (association: Association) => boolean): Promise<Association>;
  /** Takes an association back. One that still waits for an answer is ended: nobody would read it. */
  release(association: Association): void;
  /** Closes the associations that nothing runs on. */
  rest(): void;
  close(): Promise<void>;
}

export interface PoolCall extends EgressCall {
  readonly bound: Bound;
}

interface Idle {
  readonly association: Association;
  readonly timers: readonly NodeJS.Timeout[];
}

interface Waiter {
  readonly call: PoolCall;
  resolve(association: Association): void;
  reject(error: unknown): void;
}

export function createPool(
  connect: (call: EgressCall) => Promise<Association>,
  settings: PoolSettings,
): Pool {
  /** Open and being opened. */
  let count = 0;
  let closed = false;
  const idle: Idle[] = [];
  const lent = new Set<Association>();
  const queue: Waiter[] = [];

  async function open(call: PoolCall): Promise<Association> {
    count += 1;
    try {
      const association = await connect(call);
      association.onEnd = () => forget(association);
      if (closed) association.close();
      if (association.ended) throw new EgressError('closed', 'The library is no longer asked.');
      lent.add(association);
      return association;
    } catch (error) {
      count -= 1;
      serve();
      throw error;
    }
  }

  function forget(association: Association): void {
    const at = idle.findIndex((one) => one.association === association);
    if (at >= 0) stopTimers(idle.splice(at, 1)[0]);
    else if (!lent.delete(association)) return;
    count -= 1;
    serve();
  }

  /** Gives room that became free to those who wait. */
  function serve(): void {
    while (queue.length > 0 && (idle.length > 0 || count < settings.connections)) {
      const waiter = queue.shift() as Waiter;
      const ready = takeIdle();
      if (ready === undefined) open(waiter.call).then(waiter.resolve, waiter.reject);
      else waiter.resolve(ready);
    }
  }

  function takeIdle(prefers?: (association: Association) => boolean): Association | undefined {
    const liked = prefers === undefined ? -1 : idle.findIndex((one) => prefers(one.association));
    const [taken] = idle.splice(liked >= 0 ? liked : idle.length - 1, 1);
    if (taken === undefined) return undefined;
    stopTimers(taken);
    lent.add(taken.association);
    return taken.association;
  }

  async function wait(call: PoolCall): Promise<Association> {
    if (queue.length >= settings.queue) {
      throw new EgressError('queue_full', 'Too many searches wait for this library.');
    }
    call.trace?.enter('queue');
    const { promise, resolve, reject } = Promise.withResolvers<Association>();
    const waiter = { call, resolve, reject };
    queue.push(waiter);
    try {
      return await call.bound.race(promise);
    } catch (error) {
      const at = queue.indexOf(waiter);
      if (at >= 0) queue.splice(at, 1);
      else promise.then(release, () => undefined);
      throw error;
    }
  }

  function release(association: Association): void {
    if (association.ended) return;
    if (association.pending || closed || association.granted === null) {
      association.destroy(new EgressError('closed', 'The answer is no longer wanted.'));
      return;
    }
    lent.delete(association);
    const timers = [
      setTimeout(() => association.deleteSets(), settings.setsIdleMs),
      setTimeout(() => association.close(), settings.idleMs),
    ];
    for (const timer of timers) timer.unref();
    idle.push({ association, timers });
    serve();
  }

  return {
    async acquire(call, prefers) {
      if (closed) throw new EgressError('closed', 'The library is no longer asked.');
      call.bound.signal.throwIfAborted();
      if (queue.length === 0) {
        const ready = takeIdle(prefers);
        if (ready !== undefined) return ready;
        if (count < settings.connections) return await open(call);
      }
      return await wait(call);
    },
    release,
    rest() {
      for (const { association } of [...idle]) association.close();
    },
    async close() {
      closed = true;
      const gone = new EgressError('closed', 'The library is no longer asked.');
      for (const waiter of queue.splice(0)) waiter.reject(gone);
      for (const { association } of [...idle]) association.close();
      for (const association of [...lent]) association.destroy(gone);
    },
  };
}

function stopTimers(idle: Idle | undefined): void {
  for (const timer of idle?.timers ?? []) clearTimeout(timer);
}
