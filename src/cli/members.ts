import type { HealthLine } from '../members/health/read.ts';
import type { HealthReport } from '../members/health/report.ts';
import type { PlannedMaintenance } from '../members/maintenance.ts';
import { bodyOf, type RemoteOptions } from './answers.ts';
import { readDocument } from './document.ts';
import { InputError } from './errors.ts';
import { print, printJson } from './output.ts';
import { callGateway } from './remote.ts';
import { coloured, padded, safeText } from './terminal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const colours = {
  well: 'good',
  degraded: 'waiting',
  maintenance: 'waiting',
  unknown: 'quiet',
  paused: 'quiet',
  failing: 'failed',
} as const;

/** `guanji health [id]`: how the libraries of a running gateway do. */
export async function healthCommand(
  id: string | undefined,
  options: RemoteOptions,
  environment: Environment,
): Promise<number> {
  const path = id === undefined ? '/health' : `/libraries/${encodeURIComponent(id)}/health`;
  const body = bodyOf(await callGateway({ method: 'GET', path }, options, environment));
  if (options.json) await printJson(body);
  else if (id === undefined) await printLines((body as { libraries: HealthLine[] }).libraries);
  else await printReport(body as HealthReport);
  return 0;
}

async function printLines(lines: readonly HealthLine[]): Promise<void> {
  const width = Math.max(0, ...lines.map(({ library }) => library.length));
  for (const { library, name, state, availability, latency } of lines) {
    const known = padded(safeText(library), width);
    const p50 = latency?.p50Ms == null ? '' : `  p50 ${latency.p50Ms} ms`;
    const words = coloured(padded(state, 11), colours[state], process.stdout);
    await print(`${known}  ${words}  ${percent(availability.share)}${p50}  ${safeText(name.zh)}\n`);
  }
}

async function printReport(report: HealthReport): Promise<void> {
  const { library, state, since, cause, availability, lastGoodAt, causes, maintenance } = report;
  const words = coloured(state, colours[state], process.stdout);
  await print(`${library}  ${words}${since === null ? '' : ` since ${since}`}\n`);
  if (cause !== null)
    await print(`  ${cause.zh} · ${cause.en} [${cause.code}]\n  ${cause.fix.en}\n`);
  await print(`  last good answer: ${lastGoodAt ?? 'none so far'}\n`);
  for (const [range, { share, hoursAsked, hours }] of Object.entries(availability)) {
    const known = `from ${hoursAsked} of ${hours} hours`;
    await print(`  ${padded(range, 4)} ${percent(share)}  ${known}\n`);
  }
  for (const { cause: code, count, message } of causes) {
    await print(`  ${count} × ${code}: ${message.en}\n`);
  }
  for (const window of maintenance) await print(`  ${windowLine(window)}\n`);
}

/** A share as per cent; 100 only for what was whole. */
function percent(share: number | null): string {
  if (share === null) return 'no data ';
  return share === 1 ? '100 %   ' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

function windowLine({ id, from, to, reason }: PlannedMaintenance): string {
  return safeText(`maintenance ${id}: ${from} – ${to} ${reason.zh ?? reason.en ?? ''}`);
}

export interface MaintenanceOptions extends RemoteOptions {
  readonly from?: string;
  readonly to?: string;
  readonly zh?: string;
  readonly en?: string;
}

/** `guanji maintenance list|plan|withdraw`: windows in which a library is not asked. */
export async function maintenanceCommand(
  action: string,
  id: string,
  window: string | undefined,
  options: MaintenanceOptions,
  environment: Environment,
): Promise<number> {
  const path = `/libraries/${encodeURIComponent(id)}/maintenance`;
  const call = async (method: 'GET' | 'POST' | 'DELETE', at: string, body?: unknown) =>
    bodyOf(await callGateway({ method, path: at, body }, options, environment));
  switch (action) {
    case 'list': {
      const answer = (await call('GET', path)) as { maintenance: PlannedMaintenance[] };
      if (options.json) await printJson(answer);
      else for (const one of answer.maintenance) await print(`${windowLine(one)}\n`);
      return 0;
    }
    case 'plan': {
      const { from, to, zh, en } = options;
      if (from === undefined || to === undefined)
        throw new InputError('plan needs --from and --to');
      const reason = { ...(zh !== undefined && { zh }), ...(en !== undefined && { en }) };
      const made = (await call('POST', path, { from, to, reason })) as PlannedMaintenance;
      if (options.json) await printJson(made);
      else await print(`${windowLine(made)}\n`);
      return 0;
    }
    case 'withdraw':
      if (!/^\d+$/.test(window ?? '')) throw new InputError('withdraw needs the window’s number');
      await call('DELETE', `${path}/${window}`);
      return 0;
    default:
      throw new InputError('maintenance knows list, plan and withdraw');
  }
}

/** `guanji shadow start|show|stop`: a candidate document that answers beside the one in use. */
export async function shadowCommand(
  action: string,
  id: string,
  file: string | undefined,
  options: RemoteOptions,
  environment: Environment,
): Promise<number> {
  const path = `/libraries/${encodeURIComponent(id)}/shadow`;
  const call = async (method: 'GET' | 'PUT' | 'DELETE', body?: unknown) =>
    bodyOf(await callGateway({ method, path, body }, options, environment));
  switch (action) {
    case 'start': {
      if (file === undefined) throw new InputError('start needs the file of a library document');
      const report = await call('PUT', await readDocument(file));
      if (options.json) await printJson(report);
      else await print(`${id}: the candidate answers beside the document in use\n`);
      return 0;
    }
    case 'show': {
      const report = await call('GET');
      if (options.json) await printJson(report);
      else await printComparison(report as Compared);
      return 0;
    }
    case 'stop':
      await call('DELETE');
      return 0;
    default:
      throw new InputError('shadow knows start, show and stop');
  }
}

interface Compared {
  readonly compared: number;
  readonly skipped: number;
  readonly cut: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly hits: Readonly<Record<string, number>>;
  readonly records: Readonly<Record<string, number>>;
  readonly fields: Readonly<Record<string, number>>;
  readonly live: Side;
  readonly candidate: Side;
  readonly examples: readonly { kind: string; localId: string; fields: readonly string[] }[];
}

interface Side {
  readonly latency: { readonly total?: { readonly p50Ms: number; readonly p99Ms: number } };
  readonly causes: Readonly<Record<string, number>>;
}

async function printComparison(report: Compared): Promise<void> {
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .filter(([, n]) => n > 0)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ') || '–';
  const side = ({ latency, causes }: Side) =>
    `p50 ${latency.total?.p50Ms ?? '–'} ms, p99 ${latency.total?.p99Ms ?? '–'} ms, failures: ${counts(causes)}`;
  const { compared, skipped, cut } = report;
  const lines = [
    `compared ${compared}, skipped ${skipped}, cut ${cut}`,
    `outcomes   ${counts(report.outcomes)}`,
    `hits       ${counts(report.hits)}`,
    `records    ${counts(report.records)}`,
    `fields     ${counts(report.fields)}`,
    `in use     ${side(report.live)}`,
    `candidate  ${side(report.candidate)}`,
    ...report.examples.map(
      ({ kind, localId, fields }) => `  ${kind} ${localId} ${fields.join(' ')}`,
    ),
  ];
  await print(`${lines.map(safeText).join('\n')}\n`);
}
