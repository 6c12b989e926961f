import { XmlError, type XmlHandler, type XmlLimits, XmlReader } from '../../marc/xml/reader.ts';
import { repairXml } from '../../marc/xml/repair.ts';
import type { Phase, Trace } from '../../members/types.ts';
import type { HttpAnswer } from '../types.ts';
import { ByteStore } from './bytes.ts';
import { AnswerError } from './errors.ts';

export interface XmlBodyOptions {
  readonly trace: Trace;
  /** The phase to go back to while more bytes are awaited. */
  readonly phase: Phase;
  readonly limits?: Partial<XmlLimits>;
  /** Called after each piece, when what was decoded from it may be handed on. */
  readonly onProgress?: () => void;
  /** False for protocols and operations whose servers are expected to write XML properly. */
  readonly repair?: boolean;
}

/**
 * Feeds an answer to a handler as its bytes arrive. When it proves not well-formed, the rest is read, the
 * whole repaired and read again from the start into a second handler: `start` is told which of the two it
 * makes, and must not hand over again what the first one did. Throws XmlError or EgressError.
 */
export async function readXmlBody(
  answer: HttpAnswer,
  start: (store: ByteStore, repaired: boolean) => XmlHandler,
  options: XmlBodyOptions,
): Promise<void> {
  const { trace, phase, limits, onProgress } = options;
  const declared = charsetOf(answer.headers['content-type']);
  const store = new ByteStore();
  const reader = new XmlReader(start(store, false), limits, declared);
  const step = (work: () => void) => attempt(work, store, options.repair ?? true);
  let failure: XmlError | null = null;
  for await (const chunk of answer.body) {
    store.append(chunk);
    if (failure !== null) continue;
    trace.enter('parse');
    failure = step(() => reader.write(chunk));
    onProgress?.();
    trace.enter(phase);
  }
  trace.enter('parse');
  failure ??= step(() => reader.end());
  if (failure !== null) {
    const mended = mend(store.view(), declared, failure);
    const second = new XmlReader(start(mended, true), limits);
    second.write(mended.view());
    second.end();
  }
  onProgress?.();
}

/** A store with the repaired answer; throws the failure where there was nothing to repair. */
function mend(bytes: Uint8Array, declared: string | null, failure: XmlError): ByteStore {
  const repaired = repairXml(bytes, declared);
  if (repaired === bytes) throw failure;
  const store = new ByteStore();
  store.append(repaired);
  return store;
}

const repairable: ReadonlySet<string> = new Set(['xml_malformed', 'xml_encoding', 'xml_truncated']);

/** Runs one step of the reader; a fault that a repair may mend comes back as a value. */
function attempt(step: () => void, store: ByteStore, repair: boolean): XmlError | null {
  try {
    step();
    return null;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    if (looksLikeHtml(store.view())) {
      throw new AnswerError('html_answer', 'The server answered with a web page.');
    }
    if (repair && repairable.has(error.reason)) return error;
    throw error;
  }
}

/** The charset parameter of a content type, or null. */
export function charsetOf(contentType: string | string[] | undefined): string | null {
  return /;\s*charset\s*=\s*"?([A-Za-z0-9._-]{1,40})/i.exec(String(contentType ?? ''))?.[1] ?? null;
}

const maxPreambleBytes = 1024;

/** A web page in place of an answer: a login form, an error page, a captcha. */
export function looksLikeHtml(bytes: Uint8Array): boolean {
  let head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maxPreambleBytes))
    .toString()
    .replace(/^\ufeff/, '')
    .trimStart();
  // What may stand before the root element: an XML declaration and comments.
  for (let end = preambleEnd(head); end > 0; end = preambleEnd(head)) {
    head = head.slice(end).trimStart();
  }
  return /^<(?:!doctype\s+)?html\b/i.test(head);
}

function preambleEnd(head: string): number {
  const closing = head.startsWith('<?') ? '?>' : head.startsWith('<!--') ? '-->' : null;
  if (closing === null) return 0;
  const at = head.indexOf(closing);
  return at < 0 ? 0 : at + closing.length;
}
