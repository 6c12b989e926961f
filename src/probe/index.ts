import type { ConnectorInput, LibraryInput } from '../members/document.ts';
import type { SourceRecord } from '../members/types.ts';
import type { ConnectorDependencies, Egress } from '../protocols/types.ts';
import { draftFor, printTarget } from './address.ts';
import { compareDocument } from './compare.ts';
import type { ProbeContext } from './context.ts';
import { createFootprint, type Footprint } from './footprint.ts';
import { createNotebook, noteUntried } from './notebook.ts';
import { probeConnection } from './reach.ts';
import type { ProbeReport, ProbeResult, ProbeTarget, Verdict } from './types.ts';
import { verify } from './verify.ts';
import { probeWeb } from './web/index.ts';
import { probeZ3950 } from './z3950/index.ts';

export { egressAddressOf, parseTarget, printTarget } from './address.ts';
export { printDocument } from './print.ts';
export * from './types.ts';

export interface ProbeSettings {
  readonly egress: Egress;
  readonly secret: ConnectorDependencies['secret'];
  /** Requests a minute at the library; what its document allows, else 300, a fifth of a second apart. */
  readonly perMinute?: number;
  /** Nothing new is asked after so long; 26 s by default, so that a report is there within 30, and more for a slow server. */
  readonly budgetMs?: number;
  /** Longest wait for one answer; 8 s by default. */
  readonly answerMs?: number;
  readonly signal?: AbortSignal;
}

function allowedBy(target: ProbeTarget): number {
  const said = target.kind === 'document' ? target.input.connector.limits?.perMinute : undefined;
  return said === undefined ? usualPerMinute : Math.max(said, leastPerMinute);
}

const usualPerMinute = 300;
/** Slower than this no report would be there within the time. */
const leastPerMinute = 180;
const usualBudgetMs = 26_000;
/** Where every answer takes more than a second, thirty seconds would not be enough to learn anything. */
const slowAnswerMs = 1000;
const slowBudgetMs = 150_000;

/**
 * Finds out what an address can do and proposes a library document for it. Everything goes through the egress,
 * one connection at a time but for the probes of concurrency; nothing is changed at the library.
 */
export async function probe(target: ProbeTarget, settings: ProbeSettings): Promise<ProbeReport> {
  const began = performance.now();
  const startedAt = new Date().toISOString();
  const footprint = createFootprint(settings.egress, settings.perMinute ?? allowedBy(target));
  const notebook = createNotebook();
  const context: ProbeContext = {
    dependencies: { egress: footprint.egress, secret: settings.secret },
    footprint,
    notebook,
    answerMs: settings.answerMs ?? 8000,
    get deadline() {
      const isSlow =
        footprint.requests > 4 && (performance.now() - began) / footprint.requests > slowAnswerMs;
      return began + (settings.budgetMs ?? (isSlow ? slowBudgetMs : usualBudgetMs));
    },
    signal: settings.signal ?? new AbortController().signal,
  };
  const draft = draftOf(target);
  const found = await probeTarget(context, target, draft);
  const document = found.connector === null ? null : { ...draft, connector: found.connector };
  const phases = document === null ? {} : await verify(context, document, found.known);
  if (target.kind === 'document' && document !== null) {
    await compareDocument(context, target.input, document, found.known);
  }
  notePoliteness(context, footprint);
  const why = found.reached
    ? {
        zh: '时间已到，或前面的检测没有取得记录',
        en: 'time was up, or earlier probes gave no record to ask with.',
      }
    : { zh: '没有连通', en: 'nothing answered there.' };
  noteUntried(notebook, found.protocol, why);
  const probes = notebook.results();
  return {
    target: printTarget(target),
    protocol: found.protocol,
    startedAt,
    elapsedMs: Math.round(performance.now() - began),
    score: scoreOf(probes),
    counts: countsOf(probes),
    askedFrom: footprint.askedFrom,
    politeness: {
      requests: footprint.requests,
      connections: footprint.connections,
      perMinute: footprint.perMinute,
      atOnce: footprint.atOnce,
    },
    phases,
    probes,
    document,
  };
}

interface Outcome {
  readonly protocol: ConnectorInput['protocol'];
  readonly reached: boolean;
  readonly connector: ConnectorInput | null;
  readonly known: SourceRecord | null;
}

async function probeTarget(
  context: ProbeContext,
  target: ProbeTarget,
  draft: LibraryInput,
): Promise<Outcome> {
  const { protocol } = draft.connector;
  const address = addressOf(draft.connector);
  const nothing = { protocol, reached: false, connector: null, known: null };
  if (address === null || !(await probeConnection(context, address))) return nothing;
  if (draft.connector.protocol === 'z3950') {
    const found = await probeZ3950(context, draft);
    return {
      protocol,
      reached: true,
      connector: found?.connector ?? null,
      known: found?.findings.known ?? null,
    };
  }
  return { reached: true, ...(await probeWeb(context, target, draft)) };
}

/** What is known before anything was asked: a document's own entry, or one made from the host. */
function draftOf(target: ProbeTarget): LibraryInput {
  switch (target.kind) {
    case 'document':
      return target.input;
    case 'z3950': {
      const { host, port, database } = target;
      return draftFor(host, { protocol: 'z3950', host, port, database });
    }
    case 'url':
      return draftFor(target.url.hostname, { protocol: 'sru', url: target.url.href });
  }
}

function addressOf(connector: ConnectorInput): { host: string; port: number; tls: boolean } | null {
  if (connector.protocol === 'z3950') {
    const host = connector.host ?? process.env[connector.hostEnv ?? ''];
    return host === undefined
      ? null
      : { host, port: connector.port ?? 210, tls: connector.tls ?? false };
  }
  const text = connector.url ?? process.env[connector.urlEnv ?? ''] ?? '';
  if (!URL.canParse(text)) return null;
  const { hostname, port, protocol } = new URL(text);
  const tls = protocol === 'https:';
  return { host: hostname, port: Number(port || (tls ? 443 : 80)), tls };
}

function notePoliteness({ notebook }: ProbeContext, footprint: Footprint): void {
  if (footprint.broken === 0) {
    notebook.pass('steadiness', '所有请求都有应答', 'Every request was answered.');
  } else {
    notebook.warn(
      'steadiness',
      `${footprint.requests} 个请求中有 ${footprint.broken} 个中断`,
      `${footprint.broken} of ${footprint.requests} requests broke off.`,
      {
        zh: '请该馆查看服务器日志；检索时会自动再试',
        en: 'Ask the library to look at its logs; searches try again.',
      },
    );
  }
  const { requests, connections, perMinute, atOnce } = footprint;
  notebook.pass(
    'politeness',
    `共 ${requests} 个请求、${connections} 次连接，最多同时 ${atOnce} 个，每分钟不超过 ${perMinute} 个`,
    `${requests} requests over ${connections} connections, at most ${atOnce} at once, never more than ${perMinute} a minute.`,
  );
}

function countsOf(probes: readonly ProbeResult[]): Record<Verdict, number> {
  const counts = { pass: 0, warn: 0, fail: 0 };
  for (const { verdict } of probes) counts[verdict] += 1;
  return counts;
}

function scoreOf(probes: readonly ProbeResult[]): number {
  const { pass, warn } = countsOf(probes);
  return probes.length === 0 ? 0 : Math.round(((pass + warn / 2) / probes.length) * 100);
}
