import { isDay } from '../calendar/dates.ts';
import type { FieldFault } from '../errors.ts';
import { type Citation, citationFields, type ReadRequest, type RequestInput } from './types.ts';

const maxTextLength = 1000;
const maxNameLength = 100;
const maxAlternatives = 20;

/** Characters as a person counts them: code points, so that one Han character is one. */
export function characters(text: string): number {
  return [...text].length;
}

type Fault = (pointer: string, zh: string, en: string) => void;

/**
 * Reads what a reader sent, without asking any rule: the text is taken as it is, byte for byte, and
 * every field at fault is named. Policy decides afterwards which fields must be there.
 */
export function readRequest(input: RequestInput): {
  readonly request: ReadRequest;
  readonly faults: readonly FieldFault[];
} {
  const faults: FieldFault[] = [];
  const fault: Fault = (pointer, zh, en) => {
    faults.push({ pointer, zh, en, rule: null });
  };
  const service = input.service ?? 'loan';
  if (service !== 'loan') {
    fault('/service', '目前只办理借阅。', 'must be loan; copies are not delivered yet');
  }
  const delivery = input.delivery ?? null;
  if (delivery !== null && delivery !== 'courier' && delivery !== 'pickup') {
    fault('/delivery', '获取方式须为 courier 或 pickup。', 'must be courier or pickup');
  }
  const recipient = input.recipient ?? {};
  const request: ReadRequest = {
    record: textOf(input.record, '/record', 64, fault),
    holding: holdingOf(input.holding ?? null, fault),
    citation: citationOf(input.citation ?? null, fault),
    library: textOf(input.library, '/library', 32, fault),
    alternatives: alternativesOf(input.alternatives, fault),
    service: 'loan',
    delivery: delivery === 'courier' || delivery === 'pickup' ? delivery : null,
    volumes: volumesOf(input.volumes, fault),
    recipient: {
      name: textOf(recipient.name, '/recipient/name', maxNameLength, fault) ?? '',
      email: emailOf(recipient.email, fault),
      phone: textOf(recipient.phone, '/recipient/phone', 50, fault),
    },
    ownReference: textOf(input.ownReference, '/ownReference', 64, fault),
    neededBy: dayOf(input.neededBy, '/neededBy', fault),
    maxCost: costOf(input.maxCost, fault),
    note: textOf(input.note, '/note', maxTextLength, fault),
  };
  if (request.holding === null && request.citation === null) {
    fault('/citation', '请提供馆藏记录或著录。', 'give a record with its holding, or a citation');
  }
  return { request, faults };
}

/** Text, kept as it came; null for absent and blank. Line breaks and control characters are not. */
function textOf(value: unknown, pointer: string, most: number, fault: Fault): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') {
    fault(pointer, '须为文字。', 'must be text');
    return null;
  }
  if (/\p{Cc}/u.test(value)) {
    fault(pointer, '不能含控制字符。', 'must have no control characters');
    return null;
  }
  if (characters(value) > most) {
    fault(pointer, `不能超过${most}字符。`, `must have at most ${most} characters`);
    return null;
  }
  return value.trim() === '' ? null : value;
}

function holdingOf(value: unknown, fault: Fault): ReadRequest['holding'] {
  if (value === null) return null;
  const { library, localId } = recordOf(value);
  const read = {
    library: textOf(library, '/holding/library', 32, fault),
    localId: textOf(localId, '/holding/localId', 200, fault),
  };
  if (read.library === null) fault('/holding/library', '必填。', 'is required');
  if (read.localId === null) fault('/holding/localId', '必填。', 'is required');
  return read.library === null || read.localId === null
    ? null
    : { library: read.library, localId: read.localId };
}

/** A citation as a person typed it, or a correction of one. */
export function readCitation(
  value: unknown,
  fault: (pointer: string, zh: string, en: string) => void,
): Citation | null {
  return citationOf(value, fault);
}

function citationOf(value: unknown, fault: Fault): Citation | null {
  if (value === null) return null;
  const entry = recordOf(value);
  for (const key of Object.keys(entry)) {
    if (!(citationFields as readonly string[]).includes(key)) {
      fault(`/citation/${key}`, '没有这一项。', 'is not known');
    }
  }
  const field = (name: (typeof citationFields)[number], most = maxTextLength) =>
    textOf(
      typeof entry[name] === 'number' ? String(entry[name]) : entry[name],
      `/citation/${name}`,
      most,
      fault,
    );
  return {
    title: field('title') ?? '',
    parallelTitle: field('parallelTitle'),
    author: field('author'),
    publisher: field('publisher'),
    place: field('place'),
    year: field('year', 40),
    edition: field('edition'),
    volume: field('volume', 200),
    series: field('series'),
    isbn: field('isbn', 40),
    language: field('language', 40),
    type: field('type', 40) ?? 'book',
    classMark: field('classMark', 100),
    callNumber: field('callNumber', 200),
  };
}

function alternativesOf(value: unknown, fault: Fault): ReadRequest['alternatives'] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > maxAlternatives) {
    fault('/alternatives', `最多${maxAlternatives}馆。`, `must list at most ${maxAlternatives}`);
    return [];
  }
  return value.flatMap((entry: unknown, index) => {
    const { library, localId } = recordOf(entry);
    const id = textOf(library, `/alternatives/${index}/library`, 32, fault);
    const local = textOf(localId, `/alternatives/${index}/localId`, 200, fault);
    return id === null ? [] : [{ library: id, localId: local }];
  });
}

function volumesOf(value: unknown, fault: Fault): number {
  if (value === undefined || value === null) return 1;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 99) {
    return value;
  }
  fault('/volumes', '册数须为1至99的整数。', 'must be a whole number from 1 to 99');
  return 1;
}

function emailOf(value: unknown, fault: Fault): string {
  const text = textOf(value, '/recipient/email', 254, fault);
  if (text === null) return '';
  if (!/^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\]+\.[^\s@<>"(),;:\\]+$/.test(text)) {
    fault('/recipient/email', '电子邮箱格式不对。', 'is no e-mail address');
  }
  return text;
}

function dayOf(value: unknown, pointer: string, fault: Fault): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && isDay(value)) return value;
  fault(pointer, '须为日期（YYYY-MM-DD）。', 'must be a day (YYYY-MM-DD)');
  return null;
}

/** Yuan with at most two decimals, as fen. */
function costOf(value: unknown, fault: Fault): number | null {
  if (value === undefined || value === null || value === '') return null;
  const text = typeof value === 'number' ? String(value) : value;
  const match = typeof text === 'string' ? /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text) : null;
  if (match === null) {
    fault('/maxCost', '须为金额（元）。', 'must be an amount in yuan');
    return null;
  }
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
