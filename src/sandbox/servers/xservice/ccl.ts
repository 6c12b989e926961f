import { type Criterion, type SearchField, test } from '../../search/criterion.ts';

/** Aleph's find codes (tab00) of these libraries. */
export const findCodes: Readonly<Record<string, SearchField>> = {
  WRD: 'any',
  WTI: 'title',
  WAU: 'author',
  WSU: 'subject',
  WPU: 'publisher',
  WYR: 'year',
  WSE: 'series',
  ISB: 'isbn',
  ISBN: 'isbn',
  ISS: 'issn',
  CAL: 'callnumber',
  CLC: 'class',
  SYS: 'id',
};

/** A request that is no CCL, said in a sentence for `<error>`. */
export class CclError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CclError';
  }
}

/** Aleph reads no more than so many characters of a request. */
const maxRequestCharacters = 500;
/** Deeper than anybody nests; a request of 500 characters cannot go far beyond it anyway. */
const maxDepth = 40;

interface Reading {
  readonly text: string;
  readonly adjacent: boolean;
  at: number;
  depth: number;
}

/** Reads `WTI=(words) AND (WAU=(name) OR ISB=978…)`; without a code the words are looked for by `code`. */
export function readCcl(request: string, code: string | null, adjacent: boolean): Criterion {
  if (request.length > maxRequestCharacters) throw new CclError('Request is too long.');
  if (code !== null && code !== '') return codeTest(code, request, adjacent);
  if (!request.includes('=')) return codeTest('WRD', request, adjacent);
  const reading: Reading = { text: request, adjacent, at: 0, depth: 0 };
  const criterion = readExpression(reading);
  if (peekBlank(reading) !== '') throw new CclError(`Syntax error at ${reading.at + 1}.`);
  return criterion;
}

function readExpression(reading: Reading): Criterion {
  let left = readFactor(reading);
  for (;;) {
    const operator = readOperator(reading);
    if (operator === null) return left;
    left = { type: operator, left, right: readFactor(reading) };
  }
}

function readOperator(reading: Reading): 'and' | 'or' | 'not' | null {
  peekBlank(reading);
  const found = /^(and|or|not)\b/i.exec(reading.text.slice(reading.at));
  if (found === null) return null;
  reading.at += found[0].length;
  return found[0].toLowerCase() as 'and' | 'or' | 'not';
}

function readFactor(reading: Reading): Criterion {
  if (peekBlank(reading) === '(') {
    reading.depth += 1;
    if (reading.depth > maxDepth) throw new CclError('Too many parentheses.');
    reading.at += 1;
    const inside = readExpression(reading);
    if (peekBlank(reading) !== ')') throw new CclError('A parenthesis is not closed.');
    reading.at += 1;
    reading.depth -= 1;
    return inside;
  }
  const head = /^([A-Za-z0-9]{2,10})\s*=\s*/.exec(reading.text.slice(reading.at));
  if (head === null) throw new CclError(`Syntax error at ${reading.at + 1}.`);
  reading.at += head[0].length;
  return codeTest(head[1] ?? '', readValue(reading), reading.adjacent);
}

/** The words behind a code: in parentheses, in quotation marks, or up to the next operator. */
function readValue(reading: Reading): string {
  const rest = reading.text.slice(reading.at);
  const enclosed = /^\(([^()]*)\)|^"([^"]*)"/.exec(rest);
  if (enclosed !== null) {
    reading.at += enclosed[0].length;
    return (enclosed[1] ?? enclosed[2] ?? '').replace(/^"|"$/g, '');
  }
  const bare = /^[^()]*?(?=\s+(?:and|or|not)\b|[()]|$)/i.exec(rest)?.[0] ?? '';
  reading.at += bare.length;
  return bare;
}

function codeTest(code: string, value: string, adjacent: boolean): Criterion {
  const field = findCodes[code.toUpperCase()];
  if (field === undefined) throw new CclError(`Unknown find code: ${code}`);
  const range = /^\s*([0-9]{1,4})\s*->\s*([0-9]{1,4})\s*$/.exec(value);
  if (range !== null) {
    return {
      type: 'and',
      left: test(field, String(Number(range[1])), { comparison: '>=' }),
      right: test(field, String(Number(range[2])), { comparison: '<=' }),
    };
  }
  if (adjacent) return wordTest(field, value.replaceAll('"', ''));
  const words = value
    .replaceAll('"', '')
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) throw new CclError('Search words are missing.');
  return words
    .map((word) => wordTest(field, word))
    .reduce((left, right) => ({ type: 'and', left, right }));
}

/** `?` at either end stands for any more letters. */
function wordTest(field: SearchField, word: string): Criterion {
  const right = word.endsWith('?');
  const left = word.startsWith('?');
  const text = word.replace(/^\?+|\?+$/g, '');
  return test(field, text, {
    open: left && right ? 'both' : left ? 'left' : right ? 'right' : 'none',
  });
}

function peekBlank(reading: Reading): string {
  while (/\s/.test(reading.text.charAt(reading.at))) reading.at += 1;
  return reading.text.charAt(reading.at);
}
