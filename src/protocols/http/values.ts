import { normaliseIsbn } from '../../marc/identifiers.ts';
import { htmlText } from './html-page.ts';
import type { Page } from './selectors.ts';

/** A selector with its clean-up, as the library document writes it. */
export type Selector =
  | string
  | {
      readonly select: string;
      readonly after?: string | undefined;
      readonly before?: string | undefined;
      readonly split?: string | undefined;
      readonly part?: number | undefined;
      readonly as?: 'text' | 'html-text' | 'digits' | 'year' | 'isbn' | undefined;
      readonly map?: Readonly<Record<string, string>> | undefined;
    };

const maxParts = 200;
const maxValueLength = 20_000;

/** The cleaned values a selector names below a place; empty ones are left out. */
export function valuesOf<P>(page: Page<P>, within: P, selector: Selector | undefined): string[] {
  if (selector === undefined) return [];
  const plain = typeof selector === 'string';
  const { values } = page.texts(within, plain ? selector : selector.select);
  return values
    .flatMap((text) => (plain ? [tidy(text)] : cleaned(text.slice(0, maxValueLength), selector)))
    .filter((text) => text !== '');
}

/** The first of them, or null. */
export function firstValueOf<P>(
  page: Page<P>,
  within: P,
  selector: Selector | undefined,
): string | null {
  return valuesOf(page, within, selector)[0] ?? null;
}

/** In this order: HTML to text, cut, split, choose a part, convert, translate. */
function cleaned(written: string, selector: Exclude<Selector, string>): string[] {
  let text = selector.as === 'html-text' ? htmlText(written) : written;
  if (selector.after !== undefined) {
    const at = text.indexOf(selector.after);
    if (at < 0) return [];
    text = text.slice(at + selector.after.length);
  }
  if (selector.before !== undefined) {
    const at = text.indexOf(selector.before);
    if (at >= 0) text = text.slice(0, at);
  }
  const parts = selector.split === undefined ? [text] : splitText(text, selector.split);
  const chosen = selector.part === undefined ? parts : [parts.at(selector.part) ?? ''];
  return chosen.map((part) => translate(convert(tidy(part), selector.as), selector.map));
}

/** Parts between a mark, without the empty ones, so that a doubled mark counts once. */
function splitText(text: string, mark: string): string[] {
  return text
    .split(mark, maxParts)
    .map(tidy)
    .filter((part) => part !== '');
}

function tidy(text: string): string {
  return text.replace(/[\s\u00a0\u3000]+/g, ' ').trim();
}

function convert(text: string, as: Exclude<Selector, string>['as']): string {
  switch (as) {
    case 'digits':
      return /\d[\d,]*/.exec(text)?.[0].replaceAll(',', '') ?? '';
    case 'year':
      return /(?<!\d)(?:1[0-9]|20)\d{2}(?!\d)/.exec(text)?.[0] ?? '';
    case 'isbn':
      return normaliseIsbn(text) ?? '';
    default:
      return text;
  }
}

function translate(text: string, map: Readonly<Record<string, string>> | undefined): string {
  return map !== undefined && Object.hasOwn(map, text) ? (map[text] ?? '') : text;
}
