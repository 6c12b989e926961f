import { escapeXml } from '../formats/xml-print.ts';

/** An element to print: attributes and content, either text or elements. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string | readonly Element[];
}

export function element(
  name: string,
  content: string | readonly (Element | null)[],
  attributes: Readonly<Record<string, string>> = {},
): Element {
  const kept = typeof content === 'string' ? content : content.filter((one) => one !== null);
  return { name, attributes, content: kept };
}

/** An element of text, or null where there is none. */
export function textElement(
  name: string,
  text: string | number | null,
  attributes: Readonly<Record<string, string>> = {},
): Element | null {
  return text === null || text === '' ? null : element(name, String(text), attributes);
}

/** The element as indented XML. Its depth is the printer's own, never an input's. */
export function printElement({ name, attributes, content }: Element, indent = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    .join('');
  if (typeof content === 'string') {
    return `${indent}<${name}${written}>${escapeXml(content)}</${name}>\n`;
  }
  const inner = content.map((one) => printElement(one, `${indent}  `)).join('');
  return `${indent}<${name}${written}>\n${inner}${indent}</${name}>\n`;
}
