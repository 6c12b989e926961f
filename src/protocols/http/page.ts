import { decodeText } from '../../marc/charset/index.ts';
import { type RecordCharset, recordCharsets } from '../../marc/types.ts';
import { AnswerError } from '../answers/errors.ts';
import { charsetOf, looksLikeHtml } from '../answers/xml.ts';
import { htmlPage } from './html-page.ts';
import { jsonPage } from './json-page.ts';
import type { Page } from './selectors.ts';
import { xmlPage } from './xml-page.ts';

export type AnswerKind = 'json' | 'xml' | 'html';

/**
 * An answer as a page that selectors can look into. The library's own charset decides, then what the
 * answer says of itself, then its bytes. Throws AnswerError or XmlError where it is something else.
 */
export function readPage(
  bytes: Uint8Array,
  kind: AnswerKind,
  charset: RecordCharset,
  contentType: string | string[] | undefined,
): Page<unknown> {
  const declared = charsetOf(contentType);
  if (kind !== 'html' && looksLikeHtml(bytes)) {
    throw new AnswerError('html_answer', 'The server answered with a web page.');
  }
  if (kind === 'xml') {
    return xmlPage(bytes, charset === 'auto' ? declared : charset) as Page<unknown>;
  }
  const said = kind === 'html' ? (declared ?? metaCharset(bytes)) : declared;
  const text = decodeText(bytes, charset === 'auto' ? knownCharset(said) : charset);
  if (kind === 'json') return jsonPage(text);
  const page = htmlPage(text);
  checkEnd(text, bytes);
  return page as Page<unknown>;
}

/**
 * A page that was cut parses like a shorter one; a whole one ends what it began, if it began with it. A piece
 * of a page, as scripts load them, is held to the element it begins with where that may not go unclosed.
 */
function checkEnd(text: string, bytes: Uint8Array): void {
  const trailer = text.slice(-maxTrailerLength);
  const first = looksLikeHtml(bytes) ? 'html|body' : firstContainer.exec(text)?.[1];
  if (first === undefined || new RegExp(`</(?:${first})\\s*>`, 'i').test(trailer)) return;
  throw new AnswerError('html_truncated', 'The page ends before it is complete.');
}

/** Elements whose end tag may not be left out (HTML, section 13.1.2.4), as pieces of lists begin. */
const firstContainer = /^\ufeff?\s*<(table|div|ul|ol|dl|form|section|article)[\s>]/i;

const maxSniffedBytes = 2048;
/** Scripts and counters stand behind the end of many a page. */
const maxTrailerLength = 16_384;

/** The charset a page declares in its head (HTML, section 4.2.5.4). */
function metaCharset(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maxSniffedBytes));
  const match = /<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,30})/i;
  return match.exec(head.toString('latin1'))?.[1] ?? null;
}

function knownCharset(name: string | null): RecordCharset {
  const lower = name?.toLowerCase() ?? '';
  // The wider set of the same family loses nothing, and servers mean it.
  if (lower === 'gb2312' || lower === 'gb_2312-80') return 'gb18030';
  return recordCharsets.find((charset) => charset === lower) ?? 'auto';
}
