import { writeFile } from 'node:fs/promises';
import { readSettings, type Settings } from '../config.ts';
import { checkLibraryFile } from '../members/check.ts';
import type { LibraryInput } from '../members/document.ts';
import { printFault } from '../members/faults.ts';
import { readLibraryFiles } from '../members/files.ts';
import {
  egressAddressOf,
  type ProbeReport,
  type ProbeResult,
  type ProbeTarget,
  ProbeTargetError,
  parseTarget,
  printDocument,
  probe,
} from '../probe/index.ts';
import { createEgress } from '../protocols/egress.ts';
import { startDemonstration } from './demonstration.ts';
import { InputError } from './errors.ts';
import { readText } from './input.ts';
import { print, printJson } from './output.ts';
import { registeredDocument } from './registered.ts';
import { coloured, padded, safeText } from './terminal.ts';

export interface ProbeOptions {
  readonly json?: boolean;
  readonly write?: string;
  readonly perMinute?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Chosen {
  readonly target: ProbeTarget;
  /** Addresses that may be connected to because they were named, or are the demonstration's own. */
  readonly allow: readonly string[];
  close(): Promise<void>;
}

/** `guanji probe`: every probe with its verdict, and a document that works. Exits 0 if one was made. */
export async function probeCommand(
  wanted: string,
  options: ProbeOptions,
  environment: Environment,
): Promise<number> {
  const settings = await readSettings(environment);
  const choice = await choose(wanted, settings, environment);
  const egress = createEgress({
    allow: [...settings.egress.allow, ...choice.allow],
    limits: settings.egress,
  });
  try {
    if (!options.json) process.stderr.write(`guanji: probing ${wanted}\n`);
    const report = await probe(choice.target, {
      egress,
      secret: (name) => environment[name],
      ...(options.perMinute === undefined ? {} : { perMinute: paceOf(options.perMinute) }),
    });
    if (options.json) await printJson(report);
    else await printReport(report);
    if (report.document === null) return 1;
    if (options.write !== undefined) await write(options.write, report.document);
    return 0;
  } finally {
    await egress.close();
    await choice.close();
  }
}

function paceOf(text: string): number {
  if (/^[1-9][0-9]{0,6}$/.test(text)) return Number(text);
  throw new InputError('--per-minute must be a whole number of requests');
}

async function write(file: string, document: LibraryInput): Promise<void> {
  try {
    await writeFile(file, printDocument(document));
  } catch (error) {
    throw new InputError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

const nothing = async () => undefined;

/** A file, an address, or the id of a library that the gateway knows. */
async function choose(
  wanted: string,
  settings: Settings,
  environment: Environment,
): Promise<Chosen> {
  if (/\.(?:ya?ml|json)$/i.test(wanted) && !/:\/\//.test(wanted)) {
    const input = await readDocument(wanted, environment);
    return { target: { kind: 'document', input }, allow: [], close: nothing };
  }
  if (!/^[a-z][a-z0-9-]{1,31}$/.test(wanted)) {
    const target = addressed(wanted);
    // Whoever can run this can connect to the address anyway, as with `search --url`.
    const allowed = egressAddressOf(target);
    return { target, allow: allowed === null ? [] : [allowed], close: nothing };
  }
  return await knownLibrary(wanted, settings, environment);
}

function addressed(text: string): ProbeTarget {
  try {
    return parseTarget(text);
  } catch (error) {
    if (error instanceof ProbeTargetError) throw new InputError(error.message);
    throw error;
  }
}

async function readDocument(file: string, environment: Environment): Promise<LibraryInput> {
  const checked = checkLibraryFile(await readText(file), file, environment);
  if ('faults' in checked) throw new InputError(checked.faults.map(printFault).join('\n'));
  return checked.input;
}

async function knownLibrary(
  id: string,
  settings: Settings,
  environment: Environment,
): Promise<Chosen> {
  if (settings.connectors !== null) {
    const files = await readLibraryFiles(settings.connectors, environment);
    const found = files.libraries.find(({ input }) => input.id === id);
    return found === undefined ? await registered(id, settings) : chosen(found.input);
  }
  const demonstration = await startDemonstration();
  const input = demonstration.documents.find((document) => document.id === id);
  if (input === undefined) {
    await demonstration.close();
    return await registered(id, settings);
  }
  const target = { kind: 'document', input } as const;
  const allowed = egressAddressOf(target);
  return { target, allow: allowed === null ? [] : [allowed], close: demonstration.close };
}

async function registered(id: string, settings: Settings): Promise<Chosen> {
  const input = await registeredDocument(settings, id);
  if (input === null) throw new InputError(`no library has the id ${id}`);
  return chosen(input);
}

function chosen(input: LibraryInput): Chosen {
  return { target: { kind: 'document', input }, allow: [], close: nothing };
}

const colours = { pass: 'good', warn: 'waiting', fail: 'failed' } as const;

async function printReport(report: ProbeReport): Promise<void> {
  const out = process.stdout;
  for (const one of report.probes) await print(lineOf(one));
  const { counts, score, politeness, askedFrom, elapsedMs } = report;
  await print(
    `\n${report.target}: ${counts.pass} pass, ${counts.warn} warn, ${counts.fail} fail; score ${score}\n`,
  );
  await print(
    coloured(
      `${politeness.requests} requests in ${(elapsedMs / 1000).toFixed(1)} s from ${askedFrom ?? 'nowhere'}, at most ${politeness.perMinute} a minute\n`,
      'quiet',
      out,
    ),
  );
  if (report.document === null) await print('No document could be made.\n');
  else await print(`\n${printDocument(report.document)}`);
}

function lineOf({ verdict, name, evidence, fix }: ProbeResult): string {
  const out = process.stdout;
  const word = coloured(verdict, colours[verdict], out);
  const head = `${word}  ${padded(name.zh, 24)}  ${safeText(evidence.zh)}\n`;
  return fix === null ? head : `${head}      ${coloured(`→ ${safeText(fix.zh)}`, 'quiet', out)}\n`;
}
