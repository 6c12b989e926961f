import { stripNonSorting } from '../text.ts';
import { type Findings, hasBracket, isTidy, look } from './look.ts';

/**
 * ISBD puts the mark of an area or element before it (ISBD A.3), and MARC 21 cataloguers type that
 * mark at the end of the subfield before; Chinese records mostly have none, or a stray one. These
 * functions take marks off the ends of a value and never touch what stands inside it.
 */

const controls = /\p{Cc}+/gu;

/** The value without non-sorting marks, controls and outer blanks. */
export function cleanText(value: string, found: Findings = look(value)): string {
  return isTidy(found) ? value.trim() : tidied(value);
}

/** The value without ISBD marks at its ends: `Chemistry :` is `Chemistry`, `= Chimie` is `Chimie`. */
export function withoutMarks(value: string, found: Findings = look(value)): string {
  return trimmed(isTidy(found) ? value : tidied(value));
}

/**
 * As `withoutMarks`, and without the full stop that closes a field, unless it abbreviates, and without
 * a bracket whose other half stands in another subfield.
 */
export function withoutStop(value: string, found: Findings = look(value)): string {
  const marked = trimmed(isTidy(found) ? value : tidied(value));
  const text = hasBracket(found) ? balanced(marked) : marked;
  const last = text.charCodeAt(text.length - 1);
  if (last === 0x3002) return text.slice(0, -1);
  if (last !== 0x2e || endsInAbbreviation(text) || !endsInStop(value)) return text;
  return text.slice(0, -1);
}

/** A stop with another mark after it (`Mass. :`) closes no field, so it belongs to the word. */
function endsInStop(value: string): boolean {
  const last = value.trimEnd().at(-1);
  return last === '.' || last === ']' || last === '］';
}

function tidied(value: string): string {
  return stripNonSorting(value).replace(controls, ' ').trim();
}

function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && isEndMark(text, end)) end--;
  let start = 0;
  while (start < end && isStartMark(text, start, end)) start++;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** As `withoutStop`, and without brackets around the whole: `[Paris]` is Paris. */
export function withoutBrackets(value: string, found: Findings = look(value)): string {
  const text = withoutStop(value, found);
  const whole = hasBracket(found) && /^[[［][^[\]［］]*[\]］]$/.test(text);
  return whole ? withoutMarks(text.slice(1, -1)) : text;
}

/** A text with more brackets open than this is not repaired. */
const mostBrackets = 32;

/** The value without square brackets that nothing answers (`[1998`, `1998]`); pairs stay. */
export function balanced(text: string): string {
  const lone = new Set<number>();
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '[' || character === '［') open.push(i);
    else if (character === ']' || character === '］') {
      if (open.pop() === undefined) lone.add(i);
    }
    if (open.length > mostBrackets || lone.size > mostBrackets) return text;
  }
  for (const at of open) lone.add(at);
  if (lone.size === 0) return text;
  return withoutMarks(without(text, lone));
}

function without(text: string, places: ReadonlySet<number>): string {
  let kept = '';
  for (let i = 0; i < text.length; i++) if (!places.has(i)) kept += text.charAt(i);
  return kept;
}

/** The mark that ends the value, or a blank: it says what the next subfield is. */
export function endMark(value: string): string {
  for (let i = value.length - 1; i >= 0; i--) {
    const character = value.charAt(i);
    if (character !== ' ') return ':;=/,.+：；＝／'.includes(character) ? narrow(character) : ' ';
  }
  return ' ';
}

function narrow(mark: string): string {
  return mark > '\uff00' ? String.fromCharCode(mark.charCodeAt(0) - 0xfee0) : mark;
}

function isBlankAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x3000 || code === 0xa0;
}

/** Whether the character before `end` is a blank or a mark that belongs to the next element. */
function isEndMark(text: string, end: number): boolean {
  switch (text.charCodeAt(end - 1)) {
    case 0x20: // blank
    case 0x3000: // ideographic blank
    case 0xa0: // no-break space
    case 0x2c: // ,
    case 0x3a: // :
    case 0x3b: // ;
    case 0x2f: // /
    case 0xff0c: // ，
    case 0xff1a: // ：
    case 0xff1b: // ；
    case 0xff0f: // ／
    case 0x3001: // 、
    case 0x060c: // ، Arabic comma
    case 0x061b: // ؛ Arabic semicolon
      return true;
    case 0x3d: // =
    case 0xff1d: // ＝
      return end < 2 || isBlankAt(text, end - 2);
    case 0x2b: // + before accompanying material; `C++` keeps its own
      return end > 1 && isBlankAt(text, end - 2);
    default:
      return false;
  }
}

function isStartMark(text: string, start: number, end: number): boolean {
  switch (text.charCodeAt(start)) {
    case 0x20:
    case 0x3000:
    case 0xa0:
    case 0x3d: // =
    case 0x3a: // :
    case 0x3b: // ;
    case 0x2f: // /
    case 0x2c: // ,
    case 0xff1d: // ＝
    case 0xff1a: // ：
    case 0xff1b: // ；
    case 0xff0f: // ／
    case 0xff0c: // ，
      return true;
    case 0x2e: // `. Part` but not `.NET`
      return start + 1 < end && isBlankAt(text, start + 1);
    default:
      return false;
  }
}

/** Words whose full stop is part of them, in the languages catalogues abbreviate in. */
const abbreviations: ReadonlySet<string> = new Set(
  (
    'abr acc al arr aug aufl ausg augm bd bearb bros ca ch co coll comp corp dept dir div ' +
    'dr druck ed éd eds enl erw esp est etc fasc fig govt hrsg id ill illus impr inc introd izd jr ' +
    'ltd ltda ms n no nos nouv nr nuova op orig p pbk pl pp pref print prof pseud pt pts publ rev ' +
    's sc ser sr st suppl t tab tom tr trad transl u übers univ v verb verl vol vols wyd yr'
  ).split(' '),
);

const longestAbbreviation = 8;

/** `2nd ed.`, `U.S.`, `Smith, J.` and `wait ...` keep their stop; `The cat.` does not. */
function endsInAbbreviation(text: string): boolean {
  const end = text.length - 1;
  let start = end;
  let isLower = true;
  while (start > 0) {
    const code = text.charCodeAt(start - 1);
    if (isWordEdge(code)) break;
    if (code === 0x2e) return true;
    if (code < 0x61 || code > 0x7a) isLower = false;
    start--;
    if (end - start > longestAbbreviation) return false;
  }
  if (end - start < 2) return start === end || !isHanOrDigit(text.charCodeAt(start));
  const word = text.slice(start, end);
  return abbreviations.has(isLower ? word : word.toLowerCase());
}

function isWordEdge(code: number): boolean {
  return code === 0x20 || code === 0x2d || code === 0x28 || code === 0x5b || code === 0x2c;
}

function isHanOrDigit(code: number): boolean {
  return code > 0x2e7f || (code >= 0x30 && code <= 0x39);
}
