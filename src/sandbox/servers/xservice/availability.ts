import { printMarcXml } from '../../../marc/formats/marcxml.ts';
import type { DataField } from '../../../marc/types.ts';
import { element } from '../xml.ts';
import type { Operation } from './answer.ts';
import type { AlephItem } from './state.ts';

const maxDocuments = 500;

/**
 * `publish-avail`: the documents as an OAI-PMH list, each with an AVA field for every sub-library that has
 * copies. A document that does not exist is a record without metadata.
 */
export function availability({ parameters, state, settings }: Operation): string {
  const numbers = (parameters.get('doc_num') ?? parameters.get('doc_number') ?? '').split(',');
  const records = numbers.slice(0, maxDocuments).map((written) => {
    const number = written.trim().padStart(9, '0');
    const header = `<header>${element('identifier', `aleph-publish:${number}`)}</header>`;
    const found = state.catalogue.find(number);
    if (found === undefined) return `<record>${header}</record>`;
    const places = Map.groupBy(state.itemsOf(found), (item) => item.copy.location);
    const fields = [...places].map(([place, items]) => ava(settings.admLibrary, place, items));
    const marc = { ...found.marc, fields: [...found.marc.fields, ...fields] };
    return `<record>${header}<metadata>${printMarcXml(marc)}</metadata></record>`;
  });
  return `<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>
${records.join('\n')}
</ListRecords></OAI-PMH>
`;
}

/** The AVA field of one sub-library: a library, b place, d call number, e how they stand, f all, g out. */
function ava(library: string, place: string, items: readonly AlephItem[]): DataField {
  const lent = items.filter((item) => item.copy.status === 'on_loan').length;
  const [first] = items;
  const values: Readonly<Record<string, string>> = {
    a: library,
    b: place,
    d: first === undefined ? '' : `${first.copy.classNumber}/${first.copy.bookNumber}`,
    e: lent < items.length ? 'available' : 'unavailable',
    f: String(items.length),
    g: String(lent),
  };
  const subfields = Object.entries(values).map(([code, value]) => ({ code, value }));
  return { tag: 'AVA', ind1: ' ', ind2: ' ', subfields };
}
