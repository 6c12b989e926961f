import { type Findings, lookAgain } from './look.ts';
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
  const found = field.lookAtAll();
  for (let at = field.first; at < field.end; at++) {
    const code = field.code(at);
    switch (code) {
      case 'a':
      case 'b':
        divide(
          parts,
          code === 'a' && parts.title === '' ? 'title' : afterMark(before),
          field.value(at),
          found,
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
        put(parts, 'responsibility', field.value(at), found);
        break;
      case 'h':
        break;
      default:
        continue;
    }
    before = field.value(at);
  }
  const { title, subtitle, parallelTitle } = parts;
  parts.title = titleText(title, lookAgain(title, found));
  if (subtitle !== '') parts.subtitle = withoutStop(subtitle, lookAgain(subtitle, found));
  if (parallelTitle !== '') {
    parts.parallelTitle = withoutStop(parallelTitle, lookAgain(parallelTitle, found));
  }
  return parts;
}

function put(parts: TitleParts, element: Element, value: string, seen: Findings): void {
  const found = lookAgain(value, seen);
  if (element === 'responsibility') {
    parts.responsibility = joined(parts.responsibility, ' ; ', withoutStop(value, found));
    return;
  }
  const text = withoutMarks(value, found);
  if (element === 'title') parts.title = joined(parts.title, ' ', text);
  else if (element === 'parallelTitle') {
    parts.parallelTitle = joined(parts.parallelTitle, ' = ', text);
  } else if (parts.parallelTitle === '') parts.subtitle = joined(parts.subtitle, ' : ', text);
  // Other title information after a parallel title is that title's own.
  else parts.parallelTitle = joined(parts.parallelTitle, ' : ', text);
}

function joined(known: string, joint: string, text: string): string {
  if (text === '' || known === '') return known + text;
  return known + joint + text;
}

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
function titleText(joined: string, found: Findings): string {
  const text = withoutStop(joined, found);
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

function divide(parts: TitleParts, first: Element, value: string, found: Findings): void {
  let rest = value;
  let element = first;
  for (let i = 0; i < maximumPieces && element !== 'responsibility'; i++) {
    const at = rest.search(innerMark);
    if (at < 0) break;
    put(parts, element, rest.slice(0, at), found);
    element = afterMark(rest.charAt(at + 1));
    rest = rest.slice(at + 3);
  }
  put(parts, element, rest, found);
}
