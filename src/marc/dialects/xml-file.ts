import type { BibRecord } from '../record.ts';
import type { UnreadableMarc } from '../types.ts';
import { XmlError, XmlReader } from '../xml/reader.ts';
import { TreeBuilder, type XmlElement } from '../xml/tree.ts';
import { bibFromXml } from './xml.ts';

/** A record that never was MARC, out of a file. */
export interface XmlBib {
  readonly record: BibRecord;
  readonly raw: Uint8Array;
  readonly charset: string;
  readonly warnings: readonly string[];
}

const fileLimits = { maxBytes: 2 ** 28, maxElements: 2 ** 24 };
/** Roots of Dublin Core and MODS records, in whatever they are wrapped. */
const roots = new Set(['dc', 'qualifieddc', 'mods']);

function isRoot(name: string, namespace: string | null): boolean {
  return roots.has(name) || (name === 'record' && /purl\.org\/dc\//.test(namespace ?? ''));
}

/**
 * The Dublin Core and MODS records of an XML file (an SRU answer, an OAI list, a modsCollection), in
 * order. Where the file breaks off the records before it are given and then the fault. A file that has
 * none is one UnreadableMarc that names its root. Never throws.
 */
export function* readXmlBibs(bytes: Uint8Array): Generator<XmlBib | UnreadableMarc> {
  const found: XmlElement[] = [];
  let rootName: string | null = null;
  let depth = 0;
  let tree: TreeBuilder | null = null;
  const reader = new XmlReader(
    {
      open(name, attributes, namespace) {
        rootName ??= name;
        if (tree === null && isRoot(name, namespace)) tree = new TreeBuilder();
        if (tree === null) return;
        depth += 1;
        tree.open(name, attributes, namespace);
      },
      text: (text) => tree?.text(text),
      close(name) {
        if (tree === null) return;
        tree.close(name);
        depth -= 1;
        if (depth > 0) return;
        if (tree.root !== null) found.push(tree.root);
        tree = null;
      },
    },
    fileLimits,
  );
  let failure: XmlError | null = null;
  try {
    reader.write(bytes);
    reader.end();
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    failure = error;
  }
  for (const root of found) {
    const record = bibFromXml(root);
    if (record !== null) yield { record, raw: new Uint8Array(), charset: 'utf-8', warnings: [] };
  }
  if (failure !== null) yield { raw: bytes, problem: failure.message };
  else if (found.length === 0) {
    const problem = `The document holds no record: no MARC, Dublin Core or MODS in "${rootName}".`;
    yield { raw: bytes, problem };
  }
}
