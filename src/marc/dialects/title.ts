import { endMark, withoutBrackets, withoutMarks, withoutStop } from './punctuation.ts';
import type { FieldView } from './view.ts';

/** A title field taken apart; what is not there is empty. */
export interface TitleParts {
  title: string;
  subtitle: string;
  parallelTitle: string;
  partNumber: string;
  partName: string;
  responsibility: string;
}

/** What the text after a mark is (ISBD area 1). */
type Element = 'title' | 'subtitle' | 'parallelTitle' | 'responsibility';

/**
 * A MARC 21 title field. $b is other title information or a parallel title, as the mark before it
 * says; a mark with blanks around it inside $a or $b divides as the subfields would have.
 */
export function readTitle(field: FieldView): TitleParts {
  const parts: TitleParts = {
    title: '',
    subtitle: '',
    parallelTitle: '',
    partNumber: '',
    partName: '',
    responsibility: '',
  };
  let before = '';
  for (let at = field.first; at < field.end; at++) {
    const code = field.code(at);
    switch (code) {
      case 'a':
      case 'b':
        divide(
          parts,
          code === 'a' && parts.title === '' ? 'title' : afterMark(before),
          field.value(at),
        );
        break;
      case 'k':
      case 'f':
        if (isFormTitle(field)) putForm(parts, field.withoutMarks(at));
        break;
      case 'n':
      case 'p':
        putPart(parts, code, field.withoutStop(at));
        break;
      case 'c':
        put(parts, 'responsibility', field.value(at));
        break;
      case 'h':
        break;
      default:
        continue;
    }
    before = field.value(at);
  }
  parts.title = titleText(parts.title);
  if (parts.subtitle !== '') parts.subtitle = withoutStop(parts.subtitle);
  if (parts.parallelTitle !== '') parts.parallelTitle = withoutStop(parts.parallelTitle);
  return parts;
}

function put(parts: TitleParts, element: Element, value: string): void {
  const text = element === 'responsibility' ? withoutStop(value) : withoutMarks(value);
  if (text === '') return;
  // Other title information after a parallel title is that title's own.
  const target = element === 'subtitle' && parts.parallelTitle !== '' ? 'parallelTitle' : element;
  const known = parts[target];
  parts[target] = known === '' ? text : known + joints[element] + text;
}

const joints: Readonly<Record<Element, string>> = {
  title: ' ',
  subtitle: ' : ',
  parallelTitle: ' = ',
  responsibility: ' ; ',
};

function putPart(parts: TitleParts, code: string, text: string): void {
  if (text === '') return;
  if (parts.parallelTitle !== '') {
    parts.parallelTitle = `${withoutStop(parts.parallelTitle)}. ${text}`;
    return;
  }
  const target = code === 'n' ? 'partNumber' : 'partName';
  parts[target] = parts[target] === '' ? text : `${parts[target]}, ${text}`;
}

function putForm(parts: TitleParts, text: string): void {
  if (text !== '') parts.title = parts.title === '' ? text : `${parts.title}, ${text}`;
}

/** An archive's title may be a form ($k) and its dates ($f), with no title proper. */
function isFormTitle(field: FieldView): boolean {
  for (let at = field.first; at < field.end; at++) if (field.code(at) === 'a') return false;
  return true;
}

/** A title supplied as a whole in brackets loses them; brackets inside are part of it. */
function titleText(joined: string): string {
  const text = withoutStop(joined);
  return text.startsWith('[') && text.indexOf(']') === text.length - 1
    ? withoutBrackets(text)
    : text;
}

/** What stands after a subfield that ends with this mark. */
function afterMark(before: string): Element {
  const mark = endMark(before);
  if (mark === '=') return 'parallelTitle';
  return mark === '/' ? 'responsibility' : 'subtitle';
}

const innerMark = / [=:/] /;
const maximumPieces = 20;

function divide(parts: TitleParts, first: Element, value: string): void {
  let rest = value;
  let element = first;
  for (let i = 0; i < maximumPieces && element !== 'responsibility'; i++) {
    const at = rest.search(innerMark);
    if (at < 0) break;
    put(parts, element, rest.slice(0, at));
    element = afterMark(rest.charAt(at + 1));
    rest = rest.slice(at + 3);
  }
  put(parts, element, rest);
}
