import {
  childrenOf,
  firstChild,
  parseXmlTree,
  textOf,
  type XmlElement,
} from '../../marc/xml/tree.ts';
import { resolveIndex, type SruSupport } from '../../query/index.ts';
import { type IndexMap, type IndexName, indexNames } from '../../query/types.ts';
import { otherDocument } from '../answers/errors.ts';
import { diagnosticCode } from './diagnostics.ts';

export interface ExplainedIndex {
  readonly title: string | null;
  /** `set.name`, the first one the record gives; also those after it. */
  readonly names: readonly string[];
  readonly search: boolean;
  readonly scan: boolean;
  readonly sort: boolean;
}

export interface ExplainedSchema {
  readonly name: string;
  readonly identifier: string | null;
  readonly retrieve: boolean;
}

/** An explain record (ZeeRex 2.0) as far as a client can use it; absent parts are empty or null. */
export interface SruExplain {
  /** Version of the answer around the record, or of the server by its own word. */
  readonly version: string | null;
  readonly database: string | null;
  readonly title: string | null;
  readonly indexes: readonly ExplainedIndex[];
  readonly schemas: readonly ExplainedSchema[];
  readonly defaultRecords: number | null;
  readonly maximumRecords: number | null;
  /** `configInfo/supports` by type, as `relation`, `maskingCharacter`, `anchoring`, `scan`. */
  readonly supports: readonly { readonly type: string; readonly value: string }[];
  /** Code of a diagnostic in place of the record. */
  readonly diagnostic: number | null;
}

const maxIndexes = 2000;

/** Reads an explainResponse. Throws XmlError, or AnswerError for another document. */
export function decodeExplain(bytes: Uint8Array): SruExplain {
  const root = parseXmlTree(bytes);
  if (!/^(?:explainResponse|explain)$/.test(root.name)) {
    throw otherDocument(root.name, 'not_sru');
  }
  const explain = root.name === 'explain' ? root : explainIn(root);
  const at = (...names: string[]) => (explain === null ? null : below(explain, names));
  const config = at('configInfo');
  const numberOf = (element: string, type: string) => {
    const found = config === null ? undefined : typed(config, element).get(type);
    return found !== undefined && /^\d{1,9}$/.test(found) ? Number(found) : null;
  };
  return {
    version: textAt(root, 'version') ?? at('serverInfo')?.attributes.version ?? null,
    database: textIn(at('serverInfo', 'database')),
    title: textIn(at('databaseInfo', 'title')),
    indexes: childrenIn(at('indexInfo'), 'index').slice(0, maxIndexes).map(indexOf),
    schemas: childrenIn(at('schemaInfo'), 'schema').map(schemaOf),
    defaultRecords: numberOf('default', 'numberOfRecords'),
    maximumRecords: numberOf('setting', 'maximumRecords'),
    supports: childrenIn(config, 'supports').map((element) => ({
      type: element.attributes.type ?? '',
      value: textOf(element).trim(),
    })),
    diagnostic: diagnosticIn(root),
  };
}

/** The record may be XML or text; a server without one leaves it empty. */
function explainIn(root: XmlElement): XmlElement | null {
  const data = below(root, ['record', 'recordData']);
  if (data === null) return null;
  const inline = firstChild(data, 'explain');
  if (inline !== null) return inline;
  const packed = textOf(data)
    .trim()
    .replace(/^<\?xml[^>]{0,200}\?>/, '');
  return packed.startsWith('<') ? parseXmlTree(Buffer.from(packed)) : null;
}

function diagnosticIn(root: XmlElement): number | null {
  const uri = below(root, ['diagnostics', 'diagnostic', 'uri']);
  return uri === null ? null : diagnosticCode(textOf(uri));
}

function indexOf(element: XmlElement): ExplainedIndex {
  const names = childrenOf(element, 'map').flatMap((map) =>
    childrenOf(map, 'name').map((name) => {
      const { set } = name.attributes;
      const local = textOf(name).trim();
      return set === undefined || local.includes('.') ? local : `${set}.${local}`;
    }),
  );
  // An index is searchable unless the record says otherwise.
  const may = (name: string, otherwise: boolean) =>
    element.attributes[name] === undefined ? otherwise : element.attributes[name] === 'true';
  return {
    title: textAt(element, 'title'),
    names: names.filter((name) => name !== ''),
    search: may('search', true),
    scan: may('scan', false),
    sort: may('sort', false),
  };
}

function schemaOf(element: XmlElement): ExplainedSchema {
  const { name = '', identifier = null, retrieve } = element.attributes;
  return { name, identifier, retrieve: retrieve !== 'false' };
}

/** Local names that servers use beyond the context sets the query language knows. */
const otherNames: Readonly<Record<string, IndexName>> = {
  all_for_ui: 'any',
  all: 'any',
  subjects: 'subject',
  main_pub_date: 'year',
  mms_id: 'id',
  call_number: 'callnumber',
};

/** The gateway's indexes as this server names them, the first name that fits each. */
export function indexesOf({ indexes }: SruExplain): IndexMap {
  const found: Partial<Record<IndexName, string>> = {};
  const named = indexes.filter(({ search }) => search).flatMap(({ names }) => names);
  // A name whose set is known goes before one that only sounds the same.
  for (const meaning of [resolveIndex, localMeaning]) {
    for (const name of named) {
      const index = meaning(name);
      if (index !== null) found[index] ??= name;
    }
  }
  return Object.fromEntries(
    indexNames.flatMap((name) => (found[name] === undefined ? [] : [[name, found[name]]])),
  );
}

function localMeaning(name: string): IndexName | null {
  const local = name.slice(name.indexOf('.') + 1).toLowerCase();
  return Object.hasOwn(otherNames, local) ? (otherNames[local] ?? null) : resolveIndex(local);
}

/** What the record says of CQL; only what it says, since most records say nothing. */
export function supportOf({ supports }: SruExplain): SruSupport {
  const values = (type: string) =>
    supports.filter((one) => one.type === type).map(({ value }) => value.toLowerCase());
  const relations = values('relation');
  const modifiers = values('relationModifier');
  return {
    ...(relations.length === 0 ? {} : { relations }),
    ...(modifiers.length === 0 ? {} : { relationModifiers: modifiers }),
  };
}

function typed(config: XmlElement, name: string): ReadonlyMap<string, string> {
  return new Map(
    childrenOf(config, name).map((element) => [
      element.attributes.type ?? '',
      textOf(element).trim(),
    ]),
  );
}

function below(element: XmlElement, names: readonly string[]): XmlElement | null {
  let place: XmlElement | null = element;
  for (const name of names) place = place === null ? null : firstChild(place, name);
  return place;
}

function childrenIn(element: XmlElement | null, name: string): XmlElement[] {
  return element === null ? [] : childrenOf(element, name);
}

function textAt(element: XmlElement, name: string): string | null {
  return textIn(firstChild(element, name));
}

function textIn(element: XmlElement | null): string | null {
  return element === null ? null : textOf(element).trim() || null;
}
