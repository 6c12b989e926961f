import { XmlError, type XmlHandler, XmlReader } from '../../marc/xml/reader.ts';
import { repairXml } from '../../marc/xml/repair.ts';
import {
  childrenOf,
  firstChild,
  parseXmlTree,
  textOf,
  type XmlElement,
} from '../../marc/xml/tree.ts';
import { AnswerError, otherDocument } from '../answers/errors.ts';
import { looksLikeHtml } from '../answers/xml.ts';

/** A small X-Service answer: its root and what it says went wrong. */
export interface XserviceDocument {
  readonly root: XmlElement;
  /** The `error` elements' texts, in the server's language. */
  readonly errors: readonly string[];
}

/** Reads a small answer of one operation; careless XML is repaired once. Throws XmlError, AnswerError. */
export function readDocument(op: string, bytes: Uint8Array): XserviceDocument {
  if (looksLikeHtml(bytes)) {
    throw new AnswerError('html_answer', 'The server answered with a web page.');
  }
  const root = parseLeniently(bytes);
  checkRoot(op, root.name);
  return { root, errors: errorsOf(root) };
}

function parseLeniently(bytes: Uint8Array): XmlElement {
  return leniently(bytes, (xml) => parseXmlTree(xml));
}

/** Feeds a small answer to a handler; careless XML is repaired once and read by a handler of its own. */
export function readInto<H extends XmlHandler>(bytes: Uint8Array, start: () => H): H {
  if (looksLikeHtml(bytes)) {
    throw new AnswerError('html_answer', 'The server answered with a web page.');
  }
  return leniently(bytes, (xml) => {
    const handler = start();
    const reader = new XmlReader(handler);
    reader.write(xml);
    reader.end();
    return handler;
  });
}

function leniently<T>(bytes: Uint8Array, read: (bytes: Uint8Array) => T): T {
  try {
    return read(bytes);
  } catch (error) {
    const repaired = error instanceof XmlError ? repairXml(bytes) : bytes;
    if (repaired === bytes) throw error;
    return read(repaired);
  }
}

/**
 * The root is named after the operation, with its own idea of case and dashes (`ill-LOAN-INFO`). An
 * operation the account may not use, or that the server does not have, is answered by `login`.
 */
export function checkRoot(op: string, name: string): void {
  if (plain(name) === plain(op)) return;
  if (plain(name) === 'login') {
    throw new AnswerError('x_login', 'The server asks for an account that may do this.', 'refused');
  }
  throw otherDocument(name, 'not_xservice');
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

const errorElements = ['error', 'error-text-1', 'error-text-2'];

function errorsOf(root: XmlElement): string[] {
  return errorElements
    .flatMap((name) => childrenOf(root, name))
    .map((element) => textOf(element).trim())
    .filter((text) => text !== '');
}

/** The text of a child element, trimmed; null where there is none or it is empty. */
export function own(element: XmlElement, name: string): string | null {
  const child = firstChild(element, name);
  return child === null ? null : textOf(child).trim() || null;
}

/** The children of an element as a flat table, as in the Z tables (`z30-barcode` …); empty ones left out. */
export function tableOf(element: XmlElement | null): Readonly<Record<string, string>> {
  const table: Record<string, string> = Object.create(null);
  for (const child of element?.children ?? []) {
    if (typeof child === 'string') continue;
    const text = textOf(child).trim();
    if (text !== '') table[child.name] ??= text;
  }
  return table;
}
