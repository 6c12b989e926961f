import { bibFromXml, itemsFromIsohold } from '../../marc/dialects/index.ts';
import { MarcXmlHandler, type XmlRecord } from '../../marc/formats/marcxml.ts';
import { type BibRecord, emptyBibRecord, type Item } from '../../marc/record.ts';
import { XmlError, type XmlHandler, XmlReader } from '../../marc/xml/reader.ts';
import { firstChild, TreeBuilder, textOf, type XmlElement } from '../../marc/xml/tree.ts';
import { diagnosticCode } from './diagnostics.ts';
import { opacItems } from './opac.ts';

/** What stood in a record's `recordData`, by what it is and not by what the answer calls it. */
export type Payload =
  | { readonly kind: 'marc'; readonly record: XmlRecord; readonly items: readonly Item[] }
  | { readonly kind: 'bib'; readonly record: BibRecord; readonly items: readonly Item[] }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** Takes the events inside `recordData`; `finish` when it has ended. */
export interface PayloadReader extends XmlHandler {
  finish(): Payload;
}

/** XML written as text is parsed again; a text that unpacks to text that unpacks … is not followed. */
const maxUnpackings = 1;

export function createPayloadReader(unpackings = maxUnpackings): PayloadReader {
  let text = '';
  let inner: PayloadReader | null = null;
  let depth = 0;
  return {
    open(name, attributes, namespace) {
      inner ??= readerFor(name, namespace);
      depth += 1;
      inner.open(name, attributes, namespace);
    },
    text(piece) {
      if (depth > 0) inner?.text(piece);
      else text += piece;
    },
    close(name) {
      depth -= 1;
      inner?.close(name);
    },
    finish() {
      if (inner !== null) return inner.finish();
      const packed = text.trim();
      if (packed === '') return { kind: 'unreadable', problem: 'The record is empty.' };
      if (unpackings > 0 && packed.startsWith('<')) return unpack(packed, unpackings - 1);
      return { kind: 'unreadable', problem: 'The record is text, not XML.' };
    },
  };
}

/** recordPacking `string`: the record as escaped text, often with an XML declaration of its own. */
function unpack(packed: string, unpackings: number): Payload {
  const payload = createPayloadReader(unpackings);
  // The text is decoded already, whatever encoding its declaration names.
  const document = packed.replace(/^<\?xml[^>]{0,200}\?>/, '');
  const reader = new XmlReader(payload);
  try {
    reader.write(Buffer.from(document));
    reader.end();
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { kind: 'unreadable', problem: error.message };
  }
  return payload.finish();
}

/** Namespaces whose `record` is not a MARC record; those that are one are too many to list. */
const otherRecords = /pica|purl\.org\/dc\/|srw\/schema\/1\/dc/i;

function readerFor(name: string, namespace: string | null): PayloadReader {
  const isMarc = name === 'record' || name === 'collection';
  if (isMarc && !otherRecords.test(namespace ?? '')) return marcReader();
  if (name === 'opacRecord') return opacReader();
  return treeReader();
}

function marcReader(): PayloadReader {
  let found: XmlRecord | null = null;
  const handler = new MarcXmlHandler((record) => {
    found ??= record;
  });
  return {
    open: (name, attributes) => handler.open(name, attributes),
    text: (piece) => handler.text(piece),
    close: () => handler.close(),
    finish: () => marcPayload(found, []),
  };
}

function marcPayload(record: XmlRecord | null, items: readonly Item[]): Payload {
  if (record === null || record.marc.fields.length === 0) {
    return { kind: 'unreadable', problem: 'The record has no MARC fields.' };
  }
  return { kind: 'marc', record, items };
}

/** A bibliographic record with its copies beside it; both are read from the same events. */
function opacReader(): PayloadReader {
  const tree = new TreeBuilder();
  let found: XmlRecord | null = null;
  const handler = new MarcXmlHandler((record) => {
    found ??= record;
  });
  return {
    open(name, attributes, namespace) {
      tree.open(name, attributes, namespace);
      handler.open(name, attributes);
    },
    text(piece) {
      tree.text(piece);
      handler.text(piece);
    },
    close(name) {
      tree.close(name);
      handler.close();
    },
    finish: () => marcPayload(found, tree.root === null ? [] : opacItems(tree.root)),
  };
}

function treeReader(): PayloadReader {
  const tree = new TreeBuilder();
  return {
    open: (name, attributes, namespace) => tree.open(name, attributes, namespace),
    text: (piece) => tree.text(piece),
    close: (name) => tree.close(name),
    finish: () => treePayload(tree.root),
  };
}

function treePayload(root: XmlElement | null): Payload {
  if (root === null) return { kind: 'unreadable', problem: 'The record is empty.' };
  // A surrogate diagnostic stands in the place of one record (info:srw/schema/1/diagnostics-v1.1).
  if (root.name === 'diagnostic') {
    const uri = firstChild(root, 'uri');
    const code = uri === null ? null : diagnosticCode(textOf(uri));
    return { kind: 'unreadable', problem: `The server gave diagnostic ${code ?? ''} for it.` };
  }
  if (root.name === 'holdings' || root.name === 'holding') {
    return { kind: 'bib', record: emptyBibRecord('dc'), items: itemsFromIsohold(root) };
  }
  const record = bibFromXml(root);
  if (record !== null) return { kind: 'bib', record, items: [] };
  return { kind: 'unreadable', problem: `The record is of an unknown schema ("${root.name}").` };
}
