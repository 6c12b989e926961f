import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { isWhole } from '../../search/answer.ts';
import type { SearchAnswer, SearchEngine } from '../../search/types.ts';
import { busy, sendProblem } from '../problem.ts';

/** Who may begin a search, decided before anything else is done for the request. */
export interface Admission {
  /** For `onRequest`: answers 503 at once where no more searches may begin. */
  readonly decide: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  /** Remembers what can be answered again without asking a library. */
  answered(request: FastifyRequest, answer: SearchAnswer): void;
}

/** Addresses remembered; one that is forgotten is only turned away in the crush. */
const maxKnown = 2000;
const retryAfterSeconds = 1;

/**
 * In a crush most requests have to be turned away, and each of them costs time that a search does not get. What
 * was wholly answered a moment ago is let through: a class that was told one title costs the libraries nothing.
 */
export function createAdmission(
  engine: Pick<SearchEngine, 'load'>,
  freshSeconds: number,
): Admission {
  const known = new LRUCache<string, true>({
    max: maxKnown,
    ttl: Math.max(1, freshSeconds * 1000),
  });
  return {
    async decide(request, reply) {
      const { running, maxRunning } = engine.load();
      if (running < maxRunning || known.has(request.url)) return undefined;
      const refused = busy('too many searches are in progress', retryAfterSeconds);
      return sendProblem(request, reply, refused);
    },
    answered(request, { libraries }) {
      if (request.method !== 'GET' || !libraries.every(({ state }) => isWhole(state))) return;
      known.set(request.url, true);
    },
  };
}
