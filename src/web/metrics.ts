import type { FastifyInstance } from 'fastify';
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client';
import type { BreakerState } from '../members/guards/breaker.ts';
import type { GuardStatus } from '../members/guards/index.ts';
import type { HealthState } from '../members/health/condition.ts';
import { phases } from '../members/types.ts';
import type { LibraryAnswer, SearchEngine } from '../search/types.ts';
import { ProblemError } from './problem.ts';

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32];

export type MetricsReport = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Numbers of the gateway in Prometheus text. Labels are bounded: library ids, states, causes, routes. */
export interface Metrics {
  answered(answer: LibraryAnswer): void;
  requested(route: string, status: number, elapsedMs: number): void;
  text(): Promise<string>;
  /** The same numbers as another process of the gateway adds them up. */
  report(): Promise<MetricsReport>;
  readonly contentType: string;
}

export interface SharedNumbers {
  readonly isAway: boolean;
  readonly counts: { readonly calls: number; readonly failures: number };
  readonly slots: { readonly gateways: number };
}

export interface MetricSources {
  readonly load: SearchEngine['load'];
  /** Guards of the libraries asked so far. */
  readonly guards: () => Iterable<readonly [string, GuardStatus]>;
  /** What is known of the libraries' health. */
  readonly health?: () => Iterable<readonly [string, HealthState]>;
  /** The cache shared with other gateways, where there is one. */
  readonly shared?: () => SharedNumbers | null;
  /** Reports of the gateway's other processes, where it has some. */
  readonly others?: () => Promise<readonly MetricsReport[]>;
}

const breakerValues: Readonly<Record<BreakerState, number>> = {
  closed: 0,
  ramping: 1,
  half_open: 2,
  open: 3,
};

const healthValues: Readonly<Record<HealthState, number>> = {
  unknown: -1,
  well: 0,
  degraded: 1,
  failing: 2,
};

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'guanji_' });
  const answers = new Counter({
    name: 'guanji_library_answers_total',
    help: 'Answers by library, answer state and cause',
    labelNames: ['library', 'state', 'cause'],
    registers,
  });
  const seconds = new Histogram({
    name: 'guanji_library_answer_seconds',
    help: 'Time until a library had answered or failed',
    labelNames: ['library'],
    buckets: secondsBuckets,
    registers,
  });
  const phaseSeconds = new Histogram({
    name: 'guanji_library_phase_seconds',
    help: 'Time of an answer by phase',
    labelNames: ['library', 'phase'],
    buckets: secondsBuckets,
    registers,
  });
  const records = new Counter({
    name: 'guanji_library_records_total',
    help: 'Records a library handed over, and those that could not be read',
    labelNames: ['library', 'outcome'],
    registers,
  });
  const requests = new Histogram({
    name: 'guanji_http_request_seconds',
    help: 'Requests to the gateway by route and status',
    labelNames: ['route', 'status'],
    buckets: secondsBuckets,
    registers,
  });
  registerLoad(registers, sources);
  return {
    contentType: registry.contentType,
    report: () => registry.getMetricsAsJSON(),
    async text() {
      const others = (await sources.others?.()) ?? [];
      if (others.length === 0) return registry.metrics();
      return AggregatorRegistry.aggregate([await registry.getMetricsAsJSON(), ...others]).metrics();
    },
    answered(answer) {
      const library = answer.id;
      answers.inc({ library, state: answer.state, cause: answer.cause ?? 'none' });
      if (answer.cached) return;
      seconds.observe({ library }, answer.elapsedMs / 1000);
      records.inc({ library, outcome: 'read' }, answer.fetched);
      if (answer.unreadable) records.inc({ library, outcome: 'unreadable' }, answer.unreadable);
      for (const phase of phases) {
        const spentMs = answer.phases?.[phase] ?? 0;
        if (spentMs > 0) phaseSeconds.observe({ library, phase }, spentMs / 1000);
      }
    },
    requested(route, status, elapsedMs) {
      requests.observe({ route, status: String(status) }, elapsedMs / 1000);
    },
  };
}

/** Gauges that are read when somebody looks. */
function registerLoad(registers: Registry[], sources: MetricSources): void {
  const gauge = (
    name: string,
    help: string,
    value: () => number,
    aggregator: 'sum' | 'min' | 'max' = 'sum',
  ) =>
    new Gauge({
      name,
      help,
      registers,
      aggregator,
      collect() {
        this.set(value());
      },
    });
  gauge('guanji_searches_running', 'Searches with work at libraries', () => sources.load().running);
  gauge('guanji_searches_kept', 'Searches that can still be read', () => sources.load().kept);
  gauge(
    'guanji_searches_asleep',
    'Those of them with their records put away',
    () => sources.load().asleep,
  );
  gauge('guanji_asks_in_flight', 'Asks in flight at libraries', () => sources.load().asksInFlight);
  gauge('guanji_cache_bytes', 'Bytes of cached answers', () => sources.load().cacheBytes);
  gauge('guanji_cache_pages', 'Cached record pages', () => sources.load().cachedPages);
  gauge('guanji_cache_hits', 'Cache hits since the start', () => sources.load().cacheHits);
  gauge('guanji_cache_misses', 'Cache misses since the start', () => sources.load().cacheMisses);
  const shared = sources.shared ?? (() => null);
  gauge(
    'guanji_shared_up',
    '0 while the configured shared cache gives no answer',
    () => Number(shared()?.isAway !== true),
    'min',
  );
  gauge(
    'guanji_shared_calls',
    'Calls of the shared cache since the start',
    () => shared()?.counts.calls ?? 0,
  );
  gauge(
    'guanji_shared_failures',
    'Calls of the shared cache that failed or were late',
    () => shared()?.counts.failures ?? 0,
  );
  gauge(
    'guanji_gateways',
    'Gateways that share a cache, as heard of last',
    () => shared()?.slots.gateways ?? 1,
    'max',
  );
  new Gauge({
    name: 'guanji_library_breaker',
    help: 'Breaker: 0 closed, 1 ramping, 2 half open, 3 open',
    aggregator: 'max',
    labelNames: ['library'],
    registers,
    collect() {
      for (const [library, { breaker }] of sources.guards()) {
        this.set({ library }, breakerValues[breaker.state]);
      }
    },
  });
  new Gauge({
    name: 'guanji_library_health',
    help: 'Health by checks and searches: -1 unknown, 0 well, 1 degraded, 2 failing',
    aggregator: 'max',
    labelNames: ['library'],
    registers,
    collect() {
      for (const [library, state] of sources.health?.() ?? []) {
        this.set({ library }, healthValues[state]);
      }
    },
  });
  new Gauge({
    name: 'guanji_library_queued',
    help: 'Asks waiting for a connection to a library',
    labelNames: ['library'],
    registers,
    collect() {
      for (const [library, { queued }] of sources.guards()) this.set({ library }, queued);
    },
  });
}

/** `/metrics`, to callers on this machine only unless `open`. */
export function registerMetrics(app: FastifyInstance, metrics: Metrics, open: boolean): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.requested(request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime);
  });
  app.get('/metrics', { schema: { tags: ['service'], hide: true } }, async (request, reply) => {
    const address = request.socket.remoteAddress ?? '';
    if (!open && !/^(?:::1|(?:::ffff:)?127\.)/.test(address)) {
      throw new ProblemError(403, 'forbidden', 'metrics are for callers on this machine');
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
