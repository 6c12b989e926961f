import type {
  HttpSettings,
  LibraryDocument,
  SruSettings,
  XserviceSettings,
  Z3950Settings,
} from '../../src/members/document.ts';
import { ConnectorError } from '../../src/members/errors.ts';
import { httpHoldings } from '../../src/protocols/http/about.ts';
import { createConnector } from '../../src/protocols/index.ts';
import { scanSru } from '../../src/protocols/sru/operations.ts';
import type { EgressCall } from '../../src/protocols/types.ts';
import { createXserviceOperations } from '../../src/protocols/xservice/operations.ts';
import { scanZ3950 } from '../../src/protocols/z3950/operations.ts';
import type { FaultPhase } from '../../src/sandbox/faults.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { ask, dependencies, library, search } from '../protocols/support.ts';
import type { Cell, CellResult } from './fault-cells.ts';

const waitMs = 400;
const graceMs = 600;
/** For an answer that nothing keeps from coming, however busy the machine is. */
const soundMs = 5000;

/** The phases in which a protocol is asked something else than a search. */
export const operationPhases: readonly FaultPhase[] = ['scan', 'other'];

type Tools = ReturnType<typeof dependencies>;
type Operation = (tools: Tools, call: EgressCall) => Promise<unknown>;

/** The operation of a library in a phase, or why there is none. */
function operationOf({ protocol, library: id, phase }: Cell, sandbox: Sandbox): Operation | string {
  const input = sandbox.documents.find((document) => document.id === id);
  if (input === undefined) return 'the library is not there';
  const document = library(input.connector, id);
  switch (`${protocol} ${phase}`) {
    case 'z3950 scan': {
      const wish = { index: 'title', term: '化学', count: 5 } as const;
      const scanned = document as LibraryDocument<Z3950Settings>;
      return (tools, call) => scanZ3950(scanned, tools, wish, call);
    }
    case 'sru scan': {
      const scanned = document as LibraryDocument<SruSettings>;
      const wish = { index: 'dc.title', term: '化学', count: 5 };
      return (tools, call) => scanSru({ library: scanned, dependencies: tools }, wish, call);
    }
    case 'xservice other': {
      const asked = document as LibraryDocument<XserviceSettings>;
      return async (tools, call) => {
        const operations = createXserviceOperations(asked, tools);
        return await operations.circStatus(asked.connector.bases[0] ?? '', '1', call);
      };
    }
    case 'http other': {
      const asked = document as LibraryDocument<HttpSettings>;
      return async (tools, call) => {
        const [record] = (
          await search(createConnector(asked, tools), ask('any = 教育', { limit: 1 }))
        ).records;
        return await httpHoldings(asked, tools, record?.localId ?? '', call);
      };
    }
    default:
      return `nothing is asked of ${protocol} in the phase ${phase}`;
  }
}

/**
 * Runs one operation under a fault: it gives the connector's own error with a cause in time, no answer is
 * made of what the fault sends, a neighbour answers meanwhile, and without the fault it works again.
 */
export async function runOperationCell(cell: Cell, sandbox: Sandbox): Promise<CellResult> {
  const operation = operationOf(cell, sandbox);
  if (typeof operation === 'string') {
    return { ...cell, passed: null, reason: operation, state: null, elapsedMs: 0 };
  }
  const tools = dependencies();
  const faults: string[] = [];
  await sandbox.inject(cell.library, `${cell.fault}@${cell.phase}`);
  try {
    const started = performance.now();
    const [told] = await Promise.all([
      outcomeOf(operation(tools, within(waitMs))),
      neighbour(sandbox),
    ]);
    const elapsedMs = performance.now() - started;
    if (elapsedMs > waitMs + graceMs) faults.push(`took ${elapsedMs.toFixed(0)} ms`);
    // A request that only looks may be sent again after a reset, and a tenth of an answer is none.
    if (told === 'answered' && cell.fault !== 'reset-once') faults.push('was answered');
    if (told instanceof ConnectorError && told.reason === '') faults.push('names no cause');
    await sandbox.inject(cell.library, null);
    const again = await outcomeOf(operation(tools, within(soundMs)));
    if (again !== 'answered') faults.push(`afterwards it fails with ${again.reason}`);
    const reason = faults.join('; ');
    return { ...cell, passed: faults.length === 0, reason, state: null, elapsedMs };
  } finally {
    await sandbox.inject(cell.library, null);
    await tools.close();
  }
}

const within = (waitMs: number): EgressCall => ({
  signal: new AbortController().signal,
  deadline: performance.now() + waitMs,
});

/** What came of it; anything but the connectors' own error is thrown on and ends the run. */
async function outcomeOf(work: Promise<unknown>): Promise<'answered' | ConnectorError> {
  try {
    await work;
    return 'answered';
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}

async function neighbour(sandbox: Sandbox): Promise<void> {
  const document = sandbox.documents.find(({ id }) => id === 'demo-pub');
  if (document === undefined) return;
  const tools = dependencies();
  const connector = createConnector(library(document.connector), tools);
  const { error } = await search(connector, ask('title = 化学'));
  await connector.close();
  await tools.close();
  if (error !== null) throw error;
}
