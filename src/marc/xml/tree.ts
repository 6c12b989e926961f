import { XmlError, type XmlHandler, type XmlLimits, XmlReader } from './reader.ts';

/** An element of a small document held whole. Names and attribute names are local names. */
export interface XmlElement {
  readonly name: string;
  readonly namespace: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

interface OpenElement extends XmlElement {
  readonly children: (OpenElement | string)[];
}

/** Builds the tree of the first element it is handed, with everything inside it. */
export class TreeBuilder implements XmlHandler {
  /** The element, once its open tag was seen; complete when its close tag was. */
  root: XmlElement | null = null;
  readonly #open: OpenElement[] = [];

  open(name: string, attributes: Readonly<Record<string, string>>, namespace: string | null): void {
    const element: OpenElement = { name, namespace, attributes, children: [] };
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.children.push(element);
    else this.root ??= element;
    this.#open.push(element);
  }

  text(text: string): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) return;
    const last = parent.children.length - 1;
    const before = parent.children[last];
    if (typeof before === 'string') parent.children[last] = before + text;
    else parent.children.push(text);
  }

  close(_name: string): void {
    this.#open.pop();
  }

  /** True once the first element is closed. */
  get done(): boolean {
    return this.root !== null && this.#open.length === 0;
  }
}

/** A whole document as a tree; throws XmlError. For documents that are small or read once. */
export function parseXmlTree(
  bytes: Uint8Array,
  limits: Partial<XmlLimits> = {},
  declaredEncoding: string | null = null,
): XmlElement {
  const builder = new TreeBuilder();
  const reader = new XmlReader(builder, limits, declaredEncoding);
  reader.write(bytes);
  reader.end();
  if (builder.root === null) {
    throw new XmlError('xml_truncated', 'The document has no root element.');
  }
  return builder.root;
}

/** All text inside the element, in document order, untrimmed. */
export function textOf(element: XmlElement): string {
  const only = element.children[0];
  if (element.children.length === 1 && typeof only === 'string') return only;
  let text = '';
  const pending: (XmlElement | string)[] = [element];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') text += next;
    else
      for (let i = next.children.length - 1; i >= 0; i -= 1) pending.push(next.children[i] ?? '');
  }
  return text;
}

/** The child elements of that name, whatever their namespace. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => typeof child !== 'string' && child.name === name,
  );
}

/** The first child element of that name, or null. */
export function firstChild(element: XmlElement, name: string): XmlElement | null {
  for (const child of element.children) {
    if (typeof child !== 'string' && child.name === name) return child;
  }
  return null;
}
