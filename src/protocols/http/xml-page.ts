import { parseXmlTree, textOf, type XmlElement } from '../../marc/xml/tree.ts';
import type { Page } from './selectors.ts';

const maxPlaces = 10_000;

/** One step of a path: children of a name, or descendants of it. */
interface Step {
  readonly name: string;
  readonly deep: boolean;
  readonly index: number | null;
}

interface Path {
  readonly steps: readonly Step[];
  readonly attribute: string | null;
}

const pathSyntax = /^(?:\.|\/{0,2}[\w*-]+(?:\[\d{1,4}\])?(?:\/{1,2}[\w*-]+(?:\[\d{1,4}\])?)*)?$/;

/**
 * A path in local names: `records/record`, `//item`, `title[2]@type`, `@id`, `.`; `*` is any name. The
 * path begins below the place it is asked of.
 */
export function readXmlPath(written: string): Path {
  const at = written.lastIndexOf('@');
  const attribute = at < 0 ? null : written.slice(at + 1);
  const path = at < 0 ? written : written.slice(0, at);
  if (!pathSyntax.test(path) || (attribute !== null && !/^[\w.-]+$/.test(attribute))) {
    throw new RangeError(`"${written}" is not an XML path`);
  }
  const steps = [...path.matchAll(/(\/{0,2})([\w*-]+)(?:\[(\d+)\])?/g)].map(
    ([, slashes, name = '', index]) => ({
      name,
      deep: slashes === '//',
      index: index === undefined ? null : Number(index),
    }),
  );
  return { steps, attribute };
}

/** An XML answer, read strictly. */
export function xmlPage(bytes: Uint8Array, declaredEncoding: string | null): Page<XmlElement> {
  const document: XmlElement = {
    name: '',
    namespace: null,
    attributes: {},
    children: [parseXmlTree(bytes, {}, declaredEncoding)],
  };
  return {
    root: document,
    places(within, select) {
      const values = elementsAt(within, readXmlPath(select).steps);
      return { there: values.length > 0, values };
    },
    texts(within, select) {
      const { steps, attribute } = readXmlPath(select);
      const elements = elementsAt(within, steps);
      const values = elements
        .map((element) => (attribute === null ? textOf(element) : element.attributes[attribute]))
        .filter((text) => text !== undefined);
      return { there: values.length > 0, values };
    },
    source: (place) => printElement(place),
  };
}

function elementsAt(within: XmlElement, steps: readonly Step[]): XmlElement[] {
  let places = [within];
  for (const { name, deep, index } of steps) {
    const next: XmlElement[] = [];
    for (const place of places) {
      const found = deep ? descendants(place, name) : childrenNamed(place, name);
      next.push(...(index === null ? found : found.slice(index - 1, index)));
      if (next.length >= maxPlaces) break;
    }
    places = next.slice(0, maxPlaces);
  }
  return places;
}

function childrenNamed(place: XmlElement, name: string): XmlElement[] {
  return place.children.filter(
    (child): child is XmlElement =>
      typeof child !== 'string' && (name === '*' || child.name === name),
  );
}

/** In document order. */
function descendants(place: XmlElement, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  const pending: XmlElement[] = childrenNamed(place, '*').reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (name === '*' || next.name === name) found.push(next);
    if (found.length >= maxPlaces) break;
    pending.push(...childrenNamed(next, '*').reverse());
  }
  return found;
}

/** The element as XML, in local names; depth is bounded by the reader. */
function printElement(element: XmlElement): string {
  const attributes = Object.entries(element.attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(value).replaceAll('"', '&quot;')}"`)
    .join('');
  const children = element.children
    .map((child) => (typeof child === 'string' ? escapeXml(child) : printElement(child)))
    .join('');
  return `<${element.name}${attributes}>${children}</${element.name}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
