import { childrenOf, textOf, type XmlElement } from '../xml/tree.ts';
import { cleanText } from './punctuation.ts';

/** Child elements of XML records, read by local name. */

/** Most children of one name looked at. */
const maximumChildren = 500;

/** The child elements of that name. */
export function children(element: XmlElement, name: string): readonly XmlElement[] {
  return childrenOf(element, name).slice(0, maximumChildren);
}

/** The text of each child of that name that has any, without line breaks and outer blanks. */
export function texts(element: XmlElement, name: string): readonly string[] {
  return children(element, name)
    .map(plainText)
    .filter((text) => text !== '');
}

/** The first text of the path of child names, or null. */
export function textAt(element: XmlElement, ...path: readonly string[]): string | null {
  let level: readonly XmlElement[] = [element];
  for (const name of path)
    level = level.flatMap((one) => children(one, name)).slice(0, maximumChildren);
  for (const one of level) {
    const text = plainText(one);
    if (text !== '') return text;
  }
  return null;
}

/** All text of the element as one line. */
export function plainText(element: XmlElement): string {
  return cleanText(textOf(element).replace(/\s+/g, ' '));
}
