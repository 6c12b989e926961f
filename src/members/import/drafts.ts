import { checkLibrary } from '../check.ts';
import type { ConnectorInput, LibraryInput } from '../document.ts';

export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** A target of somebody's list as a draft of ours, with what could not be taken over. */
export interface ImportedDraft {
  readonly input: LibraryInput;
  readonly notes: readonly Bilingual[];
}

/** A target that cannot become a draft. */
export interface RefusedTarget {
  /** As its list calls it. */
  readonly target: string;
  readonly why: Bilingual;
}

export interface Imported {
  readonly format: string;
  readonly drafts: readonly ImportedDraft[];
  readonly refused: readonly RefusedTarget[];
}

/** One entry of a list, read but not yet a document. */
export interface Target {
  readonly name: string;
  readonly host: string;
  readonly connector: ConnectorInput;
  readonly notes: readonly Bilingual[];
}

export type Read = Target | RefusedTarget;

/** Longest list that is read; targets beyond it are refused in one line. */
const maxTargets = 5000;

/** Makes drafts of targets: ids from their hosts, all different, nothing live, every document checked. */
export function toDrafts(format: string, read: readonly Read[]): Imported {
  const drafts: ImportedDraft[] = [];
  const refused: RefusedTarget[] = [];
  const taken = new Set<string>();
  for (const one of read.slice(0, maxTargets)) {
    if ('why' in one) {
      refused.push(one);
      continue;
    }
    const { name, host, connector, notes } = one;
    const id = freeId(host, connector, taken);
    const zh = name.trim().slice(0, 200) || host;
    const input: LibraryInput = { id, code: '000000', name: { zh }, status: 'draft', connector };
    const checked = checkLibrary(input, {});
    if ('faults' in checked) {
      const list = checked.faults.map(({ pointer, message }) => `${pointer} ${message}`).join('; ');
      refused.push(refusal(name || host, `不合规：${list}`, `It does not hold: ${list}.`));
      continue;
    }
    taken.add(id);
    drafts.push({ input, notes });
  }
  if (read.length > maxTargets) {
    const rest = read.length - maxTargets;
    refused.push(
      refusal('', `清单过长，其余 ${rest} 个未读`, `The list is too long; ${rest} were not read.`),
    );
  }
  return { format, drafts, refused };
}

export function refusal(target: string, zh: string, en: string): RefusedTarget {
  return { target: target.slice(0, 200), why: { zh, en } };
}

/** An id from a host name: its letters and digits, a letter first. */
export function idFor(host: string): string {
  const plain = host
    .toLowerCase()
    .replace(/^(?:www|opac|z3950|lib|sru)\.(?=[^.]+\.)/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const lettered = /^[a-z]/.test(plain) ? plain : `host-${plain}`;
  const id = lettered.slice(0, 32).replace(/-+$/, '');
  return id.length >= 2 ? id : `${id}-library`;
}

/** The host's id; with the database, then with a number, where several stand on one host. */
function freeId(host: string, connector: ConnectorInput, taken: ReadonlySet<string>): string {
  const first = idFor(host);
  if (!taken.has(first)) return first;
  const database =
    connector.protocol === 'z3950'
      ? (connector.database ?? connector.databases?.[0]?.name ?? '')
      : lastPart(connector.url ?? '');
  const second = numbered(first, database.toLowerCase().replace(/[^a-z0-9]+/g, '-'));
  if (!taken.has(second)) return second;
  for (let number = 2; ; number += 1) {
    const id = numbered(first, String(number));
    if (!taken.has(id)) return id;
  }
}

function numbered(id: string, suffix: string): string {
  const end = `-${suffix.replace(/^-+|-+$/g, '').slice(-14)}`;
  return `${id.slice(0, 32 - end.length).replace(/-+$/, '')}${end}`.replace(/-+$/, '');
}

const lastPart = (url: string): string => url.replace(/\/+$/, '').split('/').at(-1) ?? '';

/** `host:port/database` as target lists write it; null where there is no host. */
export function parseAddress(
  text: string,
): { host: string; port: number; database: string } | null {
  const match = /^(?:[a-z0-9.]+:\/\/)?([^\s:/@?#]+)(?::(\d{1,5}))?(?:\/+([^?#\s]*))?$/i.exec(
    text.trim(),
  );
  const [, host, port = '210', database = ''] = match ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return null;
  return { host, port: Number(port), database: database || 'Default' };
}
