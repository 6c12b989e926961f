import type { DataField } from '../types.ts';
import { orNull } from './fields.ts';
import { endMark, withoutBrackets, withoutMarks, withoutStop } from './punctuation.ts';

export interface TitleParts {
  readonly title: string;
  readonly subtitle: string | null;
  readonly parallelTitle: string | null;
  readonly partNumber: string | null;
  readonly partName: string | null;
  readonly responsibility: string | null;
}

/** What the text after a mark is (ISBD 1). */
type Element = 'title' | 'subtitle' | 'parallel' | 'responsibility';

/**
 * A MARC 21 title field. $b is other title information or a parallel title, as the mark before it
 * says; a mark with blanks around it inside $a or $b divides as the subfields would have.
 */
export function readTitle(field: DataField): TitleParts {
  const found: Record<Element, string[]> = {
    title: [],
    subtitle: [],
    parallel: [],
    responsibility: [],
  };
  const numbers: string[] = [];
  const names: string[] = [];
  const current: { element: Element } = { element: 'title' };
  let mark = ' ';
  const put = (next: Element, value: string) => {
    const text = next === 'responsibility' ? withoutStop(value) : withoutMarks(value);
    if (text === '') return;
    if (next === 'subtitle' && current.element === 'parallel') {
      found.parallel.push(`${found.parallel.pop() ?? ''} : ${text}`);
      return;
    }
    found[next].push(text);
    current.element = next;
  };
  for (const { code, value } of field.subfields) {
    switch (code) {
      case 'a':
      case 'b':
        divide(value, code === 'a' && found.title.length === 0 ? 'title' : afterMark(mark), put);
        break;
      case 'k':
      case 'f':
        if (found.title.length === 0 || !field.subfields.some((one) => one.code === 'a')) {
          put('title', value);
        }
        break;
      case 'n':
      case 'p': {
        const part = withoutStop(value);
        const last = found.parallel.length - 1;
        if (part === '') break;
        if (current.element === 'parallel' && last >= 0)
          found.parallel[last] = `${withoutStop(found.parallel[last] ?? '')}. ${part}`;
        else (code === 'n' ? numbers : names).push(part);
        break;
      }
      case 'c':
        put('responsibility', value);
        break;
      case 'h':
        break;
      default:
        continue;
    }
    mark = endMark(value);
  }
  return {
    title: titleText(found.title),
    subtitle: orNull(withoutStop(found.subtitle.join(' : '))),
    parallelTitle: orNull(withoutStop(found.parallel.join(' = '))),
    partNumber: orNull(numbers.join(', ')),
    partName: orNull(names.join(', ')),
    responsibility: orNull(found.responsibility.join(' ; ')),
  };
}

/** A title supplied as a whole in brackets loses them; brackets inside are part of it. */
function titleText(pieces: readonly string[]): string {
  const text = withoutStop(pieces.join(' '));
  return text.startsWith('[') && text.indexOf(']') === text.length - 1
    ? withoutBrackets(text)
    : text;
}

function afterMark(mark: string): Element {
  if (mark === '=') return 'parallel';
  return mark === '/' ? 'responsibility' : 'subtitle';
}

const innerMark = / [=:/] /;

function divide(
  value: string,
  first: Element,
  put: (element: Element, text: string) => void,
): void {
  let rest = value;
  let element = first;
  for (let i = 0; i < 20; i++) {
    const match = innerMark.exec(rest);
    if (match === null) break;
    put(element, rest.slice(0, match.index));
    element = afterMark(match[0].charAt(1));
    rest = rest.slice(match.index + 3);
    if (element === 'responsibility') break;
  }
  put(element, rest);
}
