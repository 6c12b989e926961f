import { escapeXml } from '../../marc/formats/xml-print.ts';

/**
 * XML that is written already. Only the functions here make it, so that no text is escaped twice and
 * none goes out unescaped.
 */
export type Xml = string & { readonly written: unique symbol };

export const nothing = '' as Xml;

/** Character data. */
export function text(value: string | number): Xml {
  return escapeXml(String(value)) as Xml;
}

/** XML that a printer of this program made. */
export function printed(xml: string): Xml {
  return xml as Xml;
}

export function join(parts: readonly Xml[]): Xml {
  return parts.join('') as Xml;
}

/** An element of text or of other XML; `attributes` that are null are left out. */
export function element(
  name: string,
  content: string | number | readonly Xml[],
  attributes: Readonly<Record<string, string | number | boolean | null>> = {},
): Xml {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('');
  const inner = typeof content === 'object' ? join(content) : text(content);
  return (inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>`) as Xml;
}

/** An element of text; nothing where there is none. */
export function optional(name: string, value: string | number | null): Xml {
  return value === null || value === '' ? nothing : element(name, value);
}
