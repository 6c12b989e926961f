import { AnswerError } from '../answers/errors.ts';

/** The parser's work grows with depth times elements, and walking its tree with depth. */
const maxDepth = 256;
const maxElements = 100_000;

/** Elements that have no end tag (HTML, section 13.1.2). */
const voidElements: ReadonlySet<string> = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);
/** Elements whose content is text up to their end tag. */
const rawElements: ReadonlySet<string> = new Set(['script', 'style', 'textarea', 'title']);
/** Elements that a start tag ends when they are open right above it, as catalogues leave them open. */
const impliedEnds: Readonly<Record<string, readonly string[]>> = {
  li: ['li'],
  p: ['p'],
  option: ['option'],
  optgroup: ['optgroup', 'option'],
  dt: ['dt', 'dd'],
  dd: ['dt', 'dd'],
  tr: ['tr', 'th', 'td'],
  td: ['th', 'td'],
  th: ['th'],
  tbody: ['thead', 'tbody'],
  tfoot: ['thead', 'tbody'],
};

const tag = /<(?:(!--)|(\/)?([a-zA-Z][^\s/>]*))/g;

/**
 * Refuses a page that would be too deep or too large as a tree, by looking at its tags once, before a tree
 * is made of it.
 */
export function checkHtmlBounds(text: string): void {
  const open: string[] = [];
  let elements = 0;
  tag.lastIndex = 0;
  for (let match = tag.exec(text); match !== null; match = tag.exec(text)) {
    const [, comment, closing, written = ''] = match;
    if (comment !== undefined) {
      tag.lastIndex = afterOr(text, '-->', tag.lastIndex);
      continue;
    }
    const name = written.toLowerCase();
    if (closing !== undefined) {
      const at = open.lastIndexOf(name);
      if (at >= 0) open.length = at;
      continue;
    }
    elements += 1;
    if (elements > maxElements)
      throw new AnswerError('html_size', 'The page has too many elements.');
    if (voidElements.has(name)) continue;
    if (rawElements.has(name)) {
      const end = text.slice(tag.lastIndex).search(new RegExp(`</${name}`, 'i'));
      tag.lastIndex = end < 0 ? text.length : tag.lastIndex + end;
      continue;
    }
    const ended = impliedEnds[name] ?? [];
    while (ended.includes(open.at(-1) ?? '')) open.pop();
    open.push(name);
    if (open.length > maxDepth)
      throw new AnswerError('html_depth', 'The page is nested too deeply.');
  }
}

function afterOr(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
}
