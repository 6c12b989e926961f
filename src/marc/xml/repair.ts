import { TextDecoder } from 'node:util';
import { sniffXmlEncoding } from './encoding.ts';

/** The Latin-1 entity names of HTML 4, U+00A0 to U+00FF in order. */
const LATIN1_ENTITIES = (
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 ' +
  'sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc ' +
  'Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve ' +
  'Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute ' +
  'acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ' +
  'ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
).split(' ');

const HTML_ENTITIES: ReadonlyMap<string, string> = new Map([
  ...LATIN1_ENTITIES.map((name, n): [string, string] => [name, String.fromCharCode(0xa0 + n)]),
  ...Object.entries({ ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”' }),
  ...Object.entries({ hellip: '…', bull: '•', trade: '™', ensp: ' ', emsp: ' ' }),
]);

const DECLARATION = /^\s*<\?xml\s[^>]{0,200}\?>/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be taken out.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const MARKUP =
  /&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,9}));|&|<(?![A-Za-z_:/!?\u0080-\uffff])/g;
const XML_NAMES = new Set(['amp', 'lt', 'gt', 'quot', 'apos']);

/**
 * A well-formed reading of an answer that a library wrote carelessly, in UTF-8: bare `&` and `<` are
 * escaped, HTML's named entities written out, control characters and references to them dropped, bytes
 * outside the encoding replaced by U+FFFD. Returns the same array where it found nothing to repair. It
 * never closes an element: a cut answer stays cut. For one retry after an XmlError whose reason is
 * `xml_malformed`, `xml_encoding` or `xml_truncated` (the last because a bare `&` makes a strict parser
 * look for its `;` up to the end).
 */
export function repairXml(bytes: Uint8Array, declaredEncoding: string | null = null): Uint8Array {
  const written = decodeLeniently(bytes, declaredEncoding);
  const text = written.replace(DECLARATION, '').replace(/^\s+/, '');
  let repaired = '';
  let at = 0;
  while (at < text.length) {
    const opened = text.indexOf('<![CDATA[', at);
    if (opened < 0) {
      repaired += repairMarkup(text.slice(at));
      break;
    }
    const closed = text.indexOf(']]>', opened);
    const end = closed < 0 ? text.length : closed + 3;
    repaired += repairMarkup(text.slice(at, opened)) + text.slice(opened, end);
    at = end;
  }
  repaired = repaired.replace(FORBIDDEN, '');
  if (repaired === text && !written.includes('\ufffd')) return bytes;
  return Buffer.from(repaired);
}

function decodeLeniently(bytes: Uint8Array, declaredEncoding: string | null): string {
  const encoding = sniffXmlEncoding(bytes, declaredEncoding, true) ?? 'utf-8';
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function repairMarkup(text: string): string {
  return text.replace(MARKUP, (found, decimal?: string, hex?: string, name?: string) => {
    if (found === '&') return '&amp;';
    if (found === '<') return '&lt;';
    if (name !== undefined) {
      if (XML_NAMES.has(name)) return found;
      return HTML_ENTITIES.get(name) ?? `&amp;${name};`;
    }
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return isXmlCharacter(code) ? found : '';
  });
}

/** XML 1.0 production 2, Char. */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code < 0x110000);
}
