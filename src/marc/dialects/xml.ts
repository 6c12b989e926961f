import type { BibRecord } from '../record.ts';
import type { XmlElement } from '../xml/tree.ts';
import { isDublinCore, readDublinCore } from './dublin-core.ts';
import { children } from './elements.ts';
import { readMods } from './mods.ts';

/**
 * A record that comes as XML and is not MARC: Dublin Core or MODS, told by namespace or, where a
 * server sends none, by the name of its root. Null for anything else, MARC in XML included.
 */
export function bibFromXml(root: XmlElement): BibRecord | null {
  if (root.name === 'modsCollection') {
    const first = children(root, 'mods')[0];
    return first === undefined ? null : readMods(first);
  }
  if (root.name === 'mods') return readMods(root);
  if (root.name === 'holdings' || isMarc(root)) return null;
  return isDublinCore(root) ? readDublinCore(root) : null;
}

function isMarc(root: XmlElement): boolean {
  return ['leader', 'controlfield', 'datafield', 'fixfield', 'varfield', 'oai_marc'].some(
    (name) => children(root, name).length > 0,
  );
}
