import { type ProbeName, probeNames } from './names.ts';
import type { Bilingual, ProbeGroup, ProbeResult, Verdict } from './types.ts';

/** Collects what the probes found, each once, in the order they were made. */
export interface Notebook {
  pass(id: ProbeName, zh: string, en: string): void;
  warn(id: ProbeName, zh: string, en: string, fix?: Bilingual): void;
  fail(id: ProbeName, zh: string, en: string, fix?: Bilingual): void;
  has(id: ProbeName): boolean;
  results(): readonly ProbeResult[];
}

const longestEvidence = 400;

/** What to do about a warning that names nothing of its own. */
const usualFixes: Readonly<Record<ProbeGroup, Bilingual>> = {
  reach: {
    zh: '请与该馆核对地址、端口和防火墙',
    en: 'Check address, port and firewall with the library.',
  },
  session: {
    zh: '检索不依赖它，建议的配置已避开',
    en: 'Nothing has to be done: the proposed document does without it.',
  },
  records: {
    zh: '无需处理：建议的配置只用确实可用的格式',
    en: 'Nothing has to be done: the proposed document asks for what really comes.',
  },
  charset: {
    zh: '请检索几条已知题名，核对显示的文字',
    en: 'Search for some titles you know and look at how they are shown.',
  },
  indexes: {
    zh: '读者如需按此检索，请馆方开放该检索点',
    en: 'Ask the library to open this index where readers need it.',
  },
  terms: {
    zh: '无需处理：检索时只用可行的写法',
    en: 'Nothing has to be done: searches keep to the ways that work.',
  },
  paging: {
    zh: '无需处理：取记录时按此分批',
    en: 'Nothing has to be done: records are fetched in parts of that size.',
  },
  extras: {
    zh: '无需处理：检索不依赖它',
    en: 'Nothing has to be done: searching does without it.',
  },
  manners: { zh: '请把结果告知该馆', en: 'Tell the library about it.' },
  document: { zh: '请按建议的配置修改', en: 'Change the document as it is proposed.' },
};

/** Of several findings of one probe the first stands. */
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
      fix: fix ?? (verdict === 'pass' ? null : usualFixes[group]),
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
    const fix = { zh: '请稍后再检测', en: 'Probe again later.' };
    notebook.warn(id as ProbeName, `未检测：${why.zh}`, `Not tried: ${why.en}`, fix);
  }
}
