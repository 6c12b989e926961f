import type { TextDecoder } from 'node:util';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { sniffXmlEncoding, xmlTextDecoder } from './encoding.ts';
import { XmlError } from './errors.ts';
import { NamespaceScope } from './namespaces.ts';

export { XmlError, type XmlErrorReason } from './errors.ts';

/** What a document is made of, in order; names are local names. */
export interface XmlHandler {
  open(name: string, attributes: Readonly<Record<string, string>>, namespace: string | null): void;
  /** Text with references decoded; one run of text may come in several calls. */
  text(text: string): void;
  close(name: string): void;
}

/** Every bound a document is held to. */
export interface XmlLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxElements: number;
  /** Attributes of one element. */
  readonly maxAttributes: number;
  /** Characters between two tags. */
  readonly maxTextLength: number;
  /** Namespace declarations in force at one place. */
  readonly maxNamespaces: number;
}

export const defaultXmlLimits: XmlLimits = {
  maxBytes: 8 * 1024 * 1024,
  maxDepth: 64,
  maxElements: 200_000,
  maxAttributes: 64,
  maxTextLength: 1024 * 1024,
  maxNamespaces: 128,
};

const XML_ENTITIES = { amp: '&', gt: '>', lt: '<', quot: '"', apos: "'" };

/**
 * Reads one XML document from chunks of bytes, strictly and within limits: no DOCTYPE, so no entities
 * of its own; a cut, mismatched or mis-encoded document is an XmlError, never a shorter document.
 * Namespaces are resolved here and not by saxes, whose own resolution is quadratic in nesting depth.
 * What the handler throws passes through. After any error the reader must be given up.
 */
export class XmlReader {
  readonly #handler: XmlHandler;
  readonly #limits: XmlLimits;
  readonly #declaredEncoding: string | null;
  readonly #parser = new StrictParser();
  #decoder: TextDecoder | null = null;
  #undecided: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #depth = 0;
  #elements = 0;
  /** Of the tag being read: its attributes, whether any declares a namespace or has a prefix. */
  #attributes = 0;
  #declares = false;
  #prefixed = false;
  #textLength = 0;
  #scope = NamespaceScope.root();
  readonly #outerScopes: NamespaceScope[] = [];
  readonly #scopeDepths: number[] = [];

  constructor(
    handler: XmlHandler,
    limits: Partial<XmlLimits> = {},
    declaredEncoding: string | null = null,
  ) {
    this.#handler = handler;
    this.#limits = { ...defaultXmlLimits, ...limits };
    this.#declaredEncoding = declaredEncoding;
    const parser = this.#parser;
    // The parser's own table inherits from Object: `&constructor;` would be a known entity.
    parser.ENTITIES = Object.assign(Object.create(null), XML_ENTITIES);
    parser.on('doctype', () => {
      throw new XmlError('xml_doctype', 'The document has a DOCTYPE, which is never accepted.');
    });
    parser.on('attribute', ({ name }) => {
      this.#attributes += 1;
      if (this.#attributes > this.#limits.maxAttributes) {
        throw this.#over('xml_attributes', 'attributes in one element', this.#limits.maxAttributes);
      }
      if (name.startsWith('xmlns')) this.#declares = true;
      else if (name.includes(':')) this.#prefixed = true;
    });
    parser.on('opentag', (tag) => this.#open(tag));
    parser.on('closetag', (tag) => this.#close(tag.name));
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
  }

  /** Characters of the decoded document read so far; inside `open` and `close`, up to the tag's end. */
  get position(): number {
    return this.#parser.position;
  }

  write(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.maxBytes) {
      throw this.#over('xml_size', 'bytes', this.#limits.maxBytes);
    }
    if (this.#decoder !== null) {
      this.#feed(this.#decoder, chunk);
      return;
    }
    this.#undecided =
      this.#undecided.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([this.#undecided, chunk]);
    this.#decide(false);
    // A caller may reuse its buffer once write has returned.
    if (this.#decoder === null) this.#undecided = Buffer.from(this.#undecided);
  }

  end(): void {
    if (this.#decoder === null) this.#decide(true);
    this.#parser.ending = true;
    this.#feed(this.#decoder, null);
    this.#parser.close();
  }

  #decide(complete: boolean): void {
    const encoding = sniffXmlEncoding(this.#undecided, this.#declaredEncoding, complete);
    if (encoding === null) return;
    const decoder = xmlTextDecoder(encoding);
    this.#decoder = decoder;
    const first = this.#undecided;
    this.#undecided = Buffer.alloc(0);
    this.#feed(decoder, first);
  }

  #feed(decoder: TextDecoder | null, chunk: Uint8Array | null): void {
    if (decoder === null) return;
    let text: string;
    try {
      text = chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw chunk === null
        ? new XmlError('xml_truncated', 'The document ends inside a character.', cause)
        : new XmlError('xml_encoding', `The document is not valid ${decoder.encoding}.`, cause);
    }
    if (text !== '') this.#parser.write(text);
  }

  #startTag(): void {
    const { maxDepth, maxElements } = this.#limits;
    this.#depth += 1;
    if (this.#depth > maxDepth) throw this.#over('xml_depth', 'nested elements', maxDepth);
    this.#elements += 1;
    if (this.#elements > maxElements) throw this.#over('xml_elements', 'elements', maxElements);
    this.#textLength = 0;
  }

  #open(tag: SaxesTagPlain): void {
    this.#startTag();
    if (this.#declares) {
      const inner = this.#scope.enter(tag.attributes, this.#limits.maxNamespaces);
      if (inner !== this.#scope) {
        this.#outerScopes.push(this.#scope);
        this.#scopeDepths.push(this.#depth);
        this.#scope = inner;
      }
    }
    const name = this.#scope.resolve(tag.name);
    const plain = !this.#declares && !this.#prefixed;
    const attributes = plain ? tag.attributes : localAttributes(tag.attributes);
    this.#attributes = 0;
    this.#declares = false;
    this.#prefixed = false;
    this.#handler.open(name.local, attributes, name.namespace);
  }

  #close(qualifiedName: string): void {
    const { local } = this.#scope.resolve(qualifiedName);
    if (this.#scopeDepths.at(-1) === this.#depth) {
      this.#scopeDepths.pop();
      this.#scope = this.#outerScopes.pop() ?? this.#scope;
    }
    this.#depth -= 1;
    this.#textLength = 0;
    this.#handler.close(local);
  }

  #text(text: string): void {
    // saxes reports the blanks around the root element too; they are no part of the document's content.
    if (this.#depth === 0) return;
    this.#textLength += text.length;
    if (this.#textLength > this.#limits.maxTextLength) {
      throw this.#over('xml_text', 'characters between two tags', this.#limits.maxTextLength);
    }
    this.#handler.text(text);
  }

  #over(reason: XmlError['reason'], what: string, limit: number): XmlError {
    return new XmlError(reason, `The document has more than ${limit} ${what}.`);
  }
}

/**
 * saxes with every fault thrown. It is given six handlers and no more: beyond seven, the engine keeps
 * the parser's properties in a dictionary, and it runs at a sixth of its speed.
 */
class StrictParser extends SaxesParser {
  ending = false;

  override fail(message: string): this {
    const cause = this.makeError(message);
    const reason = this.ending ? 'xml_truncated' : 'xml_malformed';
    throw new XmlError(reason, `The document is not well-formed XML (${cause.message}).`, cause);
  }
}

/** Attributes under their local names; an attribute without prefix wins over a prefixed one. */
function localAttributes(attributes: Record<string, string>): Record<string, string> {
  const local: Record<string, string> = Object.create(null);
  for (const name in attributes) {
    const colon = name.indexOf(':');
    if (colon < 0) {
      if (name !== 'xmlns') local[name] = attributes[name] as string;
      continue;
    }
    const short = name.slice(colon + 1);
    if (!name.startsWith('xmlns:') && !(short in attributes)) {
      local[short] = attributes[name] as string;
    }
  }
  return local;
}
