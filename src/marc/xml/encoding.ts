import { TextDecoder } from 'node:util';
import { XmlError } from './errors.ts';

/** An XML declaration ends within this many bytes, or there is none. */
const SNIFFED_BYTES = 256;
const DECLARED_ENCODING = /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']/;

/**
 * The encoding of a document by its first bytes: byte order mark, then XML declaration, then what the
 * protocol declared, then UTF-8 (XML 1.0 appendix F; a declaration inside the document is trusted before
 * an HTTP header because library servers set the header for the whole site). Null while `start` is too
 * short to tell.
 */
export function sniffXmlEncoding(
  start: Uint8Array,
  declared: string | null,
  complete: boolean,
): string | null {
  const [a, b, c] = start;
  if (start.length < 4 && !complete) return null;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0x3c && b === 0x00) return 'utf-16le';
  if (a === 0x00 && b === 0x3c) return 'utf-16be';
  const head = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, SNIFFED_BYTES));
  if (!complete && start.length < SNIFFED_BYTES && head.indexOf(0x3e) < 0) return null;
  return DECLARED_ENCODING.exec(head.toString('latin1'))?.[1] ?? declared ?? 'utf-8';
}

/** A strict streaming decoder of that encoding; throws XmlError for a name the platform does not know. */
export function xmlTextDecoder(encoding: string): TextDecoder {
  // Bytes that spelled "utf-16" in ASCII were not UTF-16; servers write it over UTF-8 by mistake.
  const label = /^utf-?16$/i.test(encoding) ? 'utf-8' : encoding;
  try {
    return new TextDecoder(label, { fatal: true });
  } catch (cause) {
    throw new XmlError(
      'xml_encoding',
      `The document declares the unknown encoding "${encoding}".`,
      cause,
    );
  }
}
