import { printMarcXml } from '../../../marc/formats/marcxml.ts';
import { printOaiMarc } from '../../../marc/formats/oaimarc.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import { type FaultName, type FaultPhase, faultyCount, faultyRecords } from '../../faults.ts';
import type { Searcher } from '../../search/search.ts';
import type { WebApplication, WebReply } from '../web.ts';
import { element } from '../xml.ts';
import {
  failed,
  type Operation,
  type OperationAnswer,
  pad,
  type XserviceSettings,
} from './answer.ts';
import { CclError, readCcl } from './ccl.ts';
import { circulation } from './circulation.ts';
import { items } from './items.ts';
import { printEntry, printMetadata } from './records.ts';
import { createAlephState } from './state.ts';

interface Server {
  readonly catalogue: Catalogue;
  readonly searcher: Searcher;
  readonly settings: XserviceSettings;
}

const phases: Readonly<Record<string, FaultPhase>> = { find: 'search', present: 'present' };
/** Operations on readers, which libraries give to staff accounts only. */
const staffOperations = ['bor-info', 'hold-req', 'hold-req-cancel', 'renew'];

/** A stand-in of an Ex Libris Aleph X-Server over one catalogue. */
export function createXserviceApplication(server: Server): WebApplication {
  const state = createAlephState(server.catalogue);
  return {
    phaseOf: (request) => phases[parametersOf(request).get('op') ?? ''] ?? 'other',
    answer: (request, fault) => {
      if (!/^\/X\/?$/.test(request.url.pathname)) return xmlReply('<login></login>', 404);
      const parameters = parametersOf(request);
      const operation = { parameters, state, settings: server.settings, now: new Date() };
      const { root, content } = perform(operation, server, fault);
      const session = element('session-id', sessionId());
      return xmlReply(
        `<?xml version = "1.0" encoding = "UTF-8"?>\n<${root}>\n${content}${session}\n</${root}>\n`,
        200,
      );
    },
  };
}

function parametersOf(request: { method: string; url: URL; body: Uint8Array }): URLSearchParams {
  if (request.method !== 'POST') return request.url.searchParams;
  return new URLSearchParams(Buffer.from(request.body).toString('utf8'));
}

function perform(operation: Operation, server: Server, fault: FaultName | null): OperationAnswer {
  const { parameters, settings } = operation;
  const op = (parameters.get('op') ?? '').replaceAll('_', '-');
  if (settings.staff !== null && staffOperations.includes(op)) {
    const { user, password } = settings.staff;
    const right =
      parameters.get('user_name') === user && parameters.get('user_password') === password;
    if (!right) return { root: 'login', content: failed('Access denied.') };
  }
  switch (op) {
    case 'find':
      return { root: op, content: find(operation, server, fault) };
    case 'present':
      return { root: op, content: present(operation, server, fault) };
    case 'find-doc':
      return { root: op, content: findDocument(operation) };
  }
  const answer = items(op, operation) ?? circulation(op, operation);
  // Aleph shows its login form to operations it does not know.
  return answer === null
    ? { root: 'login', content: failed(`Unknown operation ${op}`) }
    : { root: op, content: answer };
}

function find(operation: Operation, server: Server, fault: FaultName | null): string {
  const { parameters, settings, state } = operation;
  const base = (parameters.get('base') ?? '').toUpperCase();
  if (!settings.bases.includes(base)) return failed(`Base ${base} does not exist.`);
  const request = parameters.get('request') ?? '';
  if (request.trim() === '') return failed('Request must be supplied.');
  try {
    const adjacent = parameters.get('adjacent') === 'Y';
    const { baseOf } = server.catalogue.profile;
    const found = server.searcher
      .find(readCcl(request, parameters.get('code'), adjacent))
      .filter((record) => baseOf === undefined || baseOf(record.fact) === base);
    if (found.length === 0) return failed('empty set');
    const kept = found.slice(0, settings.maxEntries);
    return [
      element('set_number', state.keepSet(kept)),
      element('no_records', pad(faultyCount(found.length, fault), 9)),
      element('no_entries', pad(faultyCount(kept.length, fault), 9)),
      '',
    ].join('\n');
  } catch (error) {
    if (error instanceof CclError) return failed(error.message);
    throw error;
  }
}

function present(operation: Operation, server: Server, fault: FaultName | null): string {
  const { parameters, state } = operation;
  const number = parameters.get('set_number') ?? parameters.get('set_no') ?? '';
  const set = state.recallSet(number);
  const wanted = readEntries(parameters.get('set_entry') ?? '', server.catalogue.profile.pageCap);
  const [first = 0] = wanted;
  const entries = wanted.flatMap((entry) => {
    const record = set?.[entry - 1];
    return record === undefined ? [] : [{ entry, record }];
  });
  if (set === undefined || entries.length === 0) {
    return failed(`There is no entry number: ${pad(first, 9)} in set number given`);
  }
  const print = fault === 'wrong-syntax' ? printMarcXml : printOaiMarc;
  return faultyRecords(entries, fault)
    .map(({ entry, record }) => printEntry(record, pad(entry, 9), print))
    .join('');
}

/** `000000001-000000010`, one number, or several with commas; no more than the server hands over. */
function readEntries(text: string, most: number): number[] {
  const entries: number[] = [];
  for (const part of text.split(',')) {
    const [, from, to] = /^\s*([0-9]{1,9})(?:\s*-\s*([0-9]{1,9}))?\s*$/.exec(part) ?? [];
    if (from === undefined) continue;
    const last = Math.min(Number(to ?? from), Number(from) + most - 1);
    for (let entry = Number(from); entry <= last && entries.length < most; entry += 1) {
      entries.push(entry);
    }
  }
  return entries;
}

function findDocument(operation: Operation): string {
  const { parameters, state } = operation;
  const number = parameters.get('doc_num') ?? parameters.get('doc_number') ?? '';
  const base = parameters.get('base') ?? '';
  const record = state.catalogue.find(number.padStart(9, '0'));
  if (record === undefined) {
    return failed(
      `Document: ${number} doesn't exist in library: ${base}. Make sure you insert BIB library.`,
    );
  }
  return `<record>${printMetadata(record, printOaiMarc)}</record>\n`;
}

/** Fifty characters that nothing needs to send back. */
function sessionId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const bytes = crypto.getRandomValues(new Uint8Array(50));
  return Array.from(bytes, (byte) => letters.charAt(byte % letters.length)).join('');
}

function xmlReply(body: string, status: number): WebReply {
  return { status, headers: { 'content-type': 'text/xml; charset=UTF-8' }, body, charset: 'utf-8' };
}
