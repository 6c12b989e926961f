import { type CheerioAPI, load } from 'cheerio/slim';
import { AnswerError } from '../answers/errors.ts';
import { checkHtmlBounds } from './html-bounds.ts';
import type { Found, Page } from './selectors.ts';

/** An element of a page, as cheerio has it. */
type HtmlPlace = Parameters<CheerioAPI['contains']>[0] | ReturnType<CheerioAPI['root']>[number];

const maxPlaces = 10_000;
/** The place itself, or an attribute of it. */
const ownAttribute = /^\.?@([\w:-]+)$/;

/** An HTML answer. Selectors are CSS, with an `@attribute` behind them where one is wanted. */
export function htmlPage(text: string): Page<HtmlPlace> {
  checkHtmlBounds(text);
  const dom = load(text);

  function find(within: HtmlPlace, select: string): Found<HtmlPlace> {
    if (select === '' || select === '.') return { there: true, values: [within] };
    try {
      const values = dom(within).find(select).toArray().slice(0, maxPlaces);
      return { there: values.length > 0, values };
    } catch {
      throw new AnswerError('bad_selector', `"${select}" is not a CSS selector.`);
    }
  }

  return {
    root: dom.root()[0] as HtmlPlace,
    places: find,
    texts(within, select) {
      const [path, attribute] = splitAttribute(select);
      const { values } = find(within, path);
      const texts = values
        .map((place) => (attribute === null ? visibleText(place) : dom(place).attr(attribute)))
        .filter((value) => value !== undefined);
      return { there: texts.length > 0, values: texts };
    },
    source: (place) => dom.html(place) ?? '',
  };
}

/** The text of a piece of HTML, as in JSON answers that hold links. */
export function htmlText(html: string): string {
  checkHtmlBounds(html);
  const root = load(html).root()[0];
  return root === undefined ? '' : visibleText(root);
}

function splitAttribute(select: string): [path: string, attribute: string | null] {
  const own = ownAttribute.exec(select.trim());
  if (own !== null) return ['.', own[1] ?? null];
  const match = /^(.*[^\s@])\s*@([\w:-]+)$/.exec(select);
  return match === null ? [select, null] : [match[1] ?? '', match[2] ?? null];
}

interface TreeNode {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly children?: readonly TreeNode[];
}

/** Text with a line break for every `br`, so that clean-ups can take a line of it. */
function visibleText(place: HtmlPlace): string {
  let text = '';
  const pending: TreeNode[] = [place as TreeNode];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'text') text += (node.data ?? '').replace(/\s+/g, ' ');
    else if (node.name === 'br') text += '\n';
    else if (node.type !== 'comment' && node.name !== 'script' && node.name !== 'style') {
      const { children = [] } = node;
      for (let at = children.length - 1; at >= 0; at -= 1) {
        const child = children[at];
        if (child !== undefined) pending.push(child);
      }
    }
  }
  return text;
}
