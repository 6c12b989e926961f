/** Attribute sets by the names PQF gives them (Z39.50 object identifiers, class 3). */
const attributeSets: readonly (readonly [name: string, oid: string])[] = [
  ['Bib-1', '1.2.840.10003.3.1'],
  ['Exp-1', '1.2.840.10003.3.2'],
  ['Ext-1', '1.2.840.10003.3.3'],
  ['CCL-1', '1.2.840.10003.3.4'],
  ['GILS', '1.2.840.10003.3.5'],
  ['STAS-attset', '1.2.840.10003.3.6'],
  ['Collections-attset', '1.2.840.10003.3.7'],
  ['CIMI-attset', '1.2.840.10003.3.8'],
  ['Geo-attset', '1.2.840.10003.3.9'],
  ['ZBIG', '1.2.840.10003.3.10'],
  ['Util', '1.2.840.10003.3.11'],
  ['XD-1', '1.2.840.10003.3.12'],
  ['Zthes', '1.2.840.10003.3.13'],
  ['Fin-1', '1.2.840.10003.3.14'],
  ['Dan-1', '1.2.840.10003.3.15'],
  ['Holdings', '1.2.840.10003.3.16'],
  ['Bib-2', '1.2.840.10003.3.18'],
  ['FeeReq', '1.2.840.10003.3.19'],
];

export const bib1 = '1.2.840.10003.3.1';

/** The identifier behind a name (`bib1`, `Bib-1`) or written in numbers; null for an unknown name. */
export function attributeSetOid(name: string): string | null {
  if (/^[0-2](?:\.[0-9]{1,9}){2,15}$/.test(name)) return name;
  const wanted = plain(name);
  return attributeSets.find(([known]) => plain(known) === wanted)?.[1] ?? null;
}

/** The name of an attribute set, or its numbers where it has none. */
export function attributeSetName(oid: string): string {
  return attributeSets.find(([, known]) => known === oid)?.[0] ?? oid;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('-', '');
}
