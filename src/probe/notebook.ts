import { type ProbeName, probeNames } from './names.ts';
import type { Bilingual, ProbeResult, Verdict } from './types.ts';

/** Collects what the probes found, each once, in the order they were made. */
export interface Notebook {
  pass(id: ProbeName, zh: string, en: string): void;
  warn(id: ProbeName, zh: string, en: string, fix?: Bilingual): void;
  fail(id: ProbeName, zh: string, en: string, fix?: Bilingual): void;
  has(id: ProbeName): boolean;
  results(): readonly ProbeResult[];
}

const longestEvidence = 400;

/** `only`: the protocol whose names count; a probe that was never made is a warning that says so. */
export function createNotebook(): Notebook {
  const found = new Map<ProbeName, ProbeResult>();
  const note = (id: ProbeName, verdict: Verdict, evidence: Bilingual, fix: Bilingual | null) => {
    if (found.has(id)) return;
    const { group, zh, en } = probeNames[id];
    found.set(id, {
      id,
      group,
      name: { zh, en },
      verdict,
      evidence: { zh: shortened(evidence.zh), en: shortened(evidence.en) },
      fix,
    });
  };
  return {
    pass: (id, zh, en) => note(id, 'pass', { zh, en }, null),
    warn: (id, zh, en, fix) => note(id, 'warn', { zh, en }, fix ?? null),
    fail: (id, zh, en, fix) => note(id, 'fail', { zh, en }, fix ?? null),
    has: (id) => found.has(id),
    results: () => [...found.values()],
  };
}

/** What a library wrote may stand in evidence, but not at length and not as control characters. */
function shortened(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose.
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ');
  return plain.length > longestEvidence ? `${plain.slice(0, longestEvidence)}…` : plain;
}

/** Fills in the probes of a protocol that were not reached, so that every report lists the same ones. */
export function noteUntried(
  notebook: Notebook,
  protocol: 'z3950' | 'sru' | 'xservice' | 'http',
  why: Bilingual,
): void {
  for (const [id, { protocols }] of Object.entries(probeNames)) {
    if (!(protocols as readonly string[]).includes(protocol)) continue;
    notebook.warn(id as ProbeName, `未检测：${why.zh}`, `Not tried: ${why.en}`);
  }
}
