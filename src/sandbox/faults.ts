/** What a client is doing when a fault strikes. */
export const faultPhases = [
  'connect',
  'init',
  'search',
  'present',
  'scan',
  'sort',
  'other',
] as const;
export type FaultPhase = (typeof faultPhases)[number];

export type FaultProtocol = 'z3950' | 'sru' | 'xservice' | 'http';

export interface FaultDescription {
  /** One English sentence: what the server does. */
  readonly does: string;
  readonly protocols: readonly FaultProtocol[];
  /** Phases the fault strikes in when none is named. */
  readonly phases: readonly FaultPhase[];
}

const all: readonly FaultProtocol[] = ['z3950', 'sru', 'xservice', 'http'];
const web: readonly FaultProtocol[] = ['sru', 'xservice', 'http'];
const every: readonly FaultPhase[] = ['init', 'search', 'present', 'scan', 'sort', 'other'];
const answers: readonly FaultPhase[] = ['search', 'present'];

/** Every fault a demonstration server can have, and where it makes sense. */
export const faultTable = {
  slow: { does: 'answers three seconds late', protocols: all, phases: ['search'] },
  hang: { does: 'accepts and reads, but never answers', protocols: all, phases: every },
  'hang-after-init': {
    does: 'answers Init and nothing after it',
    protocols: ['z3950'],
    phases: ['search', 'present', 'scan', 'sort', 'other'],
  },
  reset: { does: 'resets the connection instead of answering', protocols: all, phases: every },
  'reset-once': { does: 'resets the first request, then works', protocols: all, phases: every },
  flaky: {
    does: 'resets the first two of every four searches',
    protocols: all,
    phases: ['search'],
  },
  'reset-mid-record': {
    does: 'resets the connection in the middle of an answer',
    protocols: all,
    phases: answers,
  },
  garbage: { does: 'answers with bytes that mean nothing', protocols: all, phases: every },
  truncate: { does: 'sends half an answer and closes politely', protocols: all, phases: every },
  refuse: { does: 'does not listen', protocols: all, phases: ['connect'] },
  drip: { does: 'sends one byte a second', protocols: all, phases: every },
  'endless-pdu': { does: 'never ends its answer', protocols: all, phases: answers },
  'wrong-count': {
    does: 'promises more records than it has',
    protocols: all,
    phases: ['search'],
  },
  'negative-count': { does: 'says that -5 records were found', protocols: all, phases: ['search'] },
  'duplicate-records': {
    does: 'hands over the first record again and again',
    protocols: all,
    phases: answers,
  },
  'wrong-charset': {
    does: 'sends records in another charset than its document says',
    protocols: all,
    phases: answers,
  },
  'wrong-syntax': {
    does: 'sends records in another syntax than was asked for',
    protocols: ['z3950', 'sru', 'xservice'],
    phases: answers,
  },
  'empty-present': {
    does: 'says that all went well, but hands over no records',
    protocols: all,
    phases: answers,
  },
  'close-instead': {
    does: 'sends a Close instead of an answer',
    protocols: ['z3950'],
    phases: ['search', 'present', 'scan', 'sort', 'other'],
  },
  'http-500': { does: 'answers with status 500', protocols: web, phases: every },
  'http-429': {
    does: 'answers with status 429 and Retry-After: 30',
    protocols: web,
    phases: every,
  },
  'redirect-loop': { does: 'redirects to itself for ever', protocols: web, phases: every },
  'html-for-xml': {
    does: 'answers with an HTML error page and status 200',
    protocols: web,
    phases: every,
  },
  'invalid-characters': {
    does: 'puts control characters and bare ampersands into its answers',
    protocols: web,
    phases: answers,
  },
  'chunk-cut': {
    does: 'breaks off a chunked body before its last chunk',
    protocols: web,
    phases: every,
  },
  'gzip-bomb': {
    does: 'answers with gzip that unpacks to a thousand times its size',
    protocols: web,
    phases: every,
  },
  'slow-headers': { does: 'sends one header byte a second', protocols: web, phases: every },
} as const satisfies Readonly<Record<string, FaultDescription>>;

export type FaultName = keyof typeof faultTable;
export const faultNames = Object.keys(faultTable) as readonly FaultName[];

/** A fault's name that is not one, or not one of this protocol or phase. */
export class FaultError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FaultError';
  }
}

/** Decides, request by request, whether a server's fault strikes. */
export interface FaultSwitch {
  /** The fault by name, `name@phase` for one phase only, or null for none. */
  set(fault: string | null): void;
  /** The fault that strikes a request in this phase; counts the request. */
  strike(phase: FaultPhase): FaultName | null;
  /** True while nothing may connect. */
  readonly refusing: boolean;
}

export function createFaultSwitch(protocol: FaultProtocol, initial: string | null): FaultSwitch {
  let current: { name: FaultName; phases: readonly FaultPhase[] } | null = null;
  let count = 0;
  const set = (fault: string | null): void => {
    current = fault === null ? null : readFault(fault, protocol);
    count = 0;
  };
  set(initial);
  return {
    set,
    strike: (phase) => {
      if (current === null || !current.phases.includes(phase)) return null;
      count += 1;
      if (current.name === 'reset-once') return count === 1 ? 'reset' : null;
      if (current.name === 'flaky') return (count - 1) % 4 < 2 ? 'reset' : null;
      return current.name === 'hang-after-init' ? 'hang' : current.name;
    },
    get refusing() {
      return current?.name === 'refuse';
    },
  };
}

/** Reads `name` or `name@phase`; throws FaultError where it makes no sense for the protocol. */
function readFault(
  text: string,
  protocol: FaultProtocol,
): { name: FaultName; phases: readonly FaultPhase[] } {
  const [name = '', phase] = text.split('@');
  if (!Object.hasOwn(faultTable, name)) {
    throw new FaultError(`no fault is called ${name}; there are ${faultNames.join(', ')}`);
  }
  const description: FaultDescription = faultTable[name as FaultName];
  if (!description.protocols.includes(protocol)) {
    throw new FaultError(`the fault ${name} is not one of ${protocol}`);
  }
  if (phase === undefined) return { name: name as FaultName, phases: description.phases };
  if (!faultPhases.includes(phase as FaultPhase)) {
    throw new FaultError(`no phase is called ${phase}; there are ${faultPhases.join(', ')}`);
  }
  return { name: name as FaultName, phases: [phase as FaultPhase] };
}

/** The hit count a server with this fault gives. */
export function faultyCount(count: number, fault: FaultName | null): number {
  if (fault === 'wrong-count') return count * 2 + 37;
  return fault === 'negative-count' ? -5 : count;
}

/** The records a server with this fault hands over in place of these. */
export function faultyRecords<T>(records: readonly T[], fault: FaultName | null): readonly T[] {
  if (fault === 'empty-present') return [];
  const [first] = records;
  return fault === 'duplicate-records' && first !== undefined ? records.map(() => first) : records;
}
