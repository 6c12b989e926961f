const z3950 = '1.2.840.10003';

/** Object identifiers of the Z39.50 Maintenance Agency that the gateway uses. */
export const attributeSets = { bib1: `${z3950}.3.1`, exp1: `${z3950}.3.2` } as const;

export const diagnosticSets = { bib1: `${z3950}.4.1`, diag1: `${z3950}.4.2` } as const;

export const recordSyntaxes = {
  unimarc: `${z3950}.5.1`,
  usmarc: `${z3950}.5.10`,
  sutrs: `${z3950}.5.101`,
  opac: `${z3950}.5.102`,
  'grs-1': `${z3950}.5.105`,
  xml: `${z3950}.5.109.10`,
  applicationXml: `${z3950}.5.109.11`,
} as const;

export const userInformation = {
  searchResult1: `${z3950}.10.1`,
  userInfo1: `${z3950}.10.3`,
  oclc: `${z3950}.10.1000.17.1`,
} as const;

/** Charset and language negotiation, record 3. */
export const charsetNegotiation = `${z3950}.15.3`;

export const queryLanguages = { cql: `${z3950}.16.2` } as const;

/** Encodings of ISO 10646 as charset negotiation names them. */
export const iso10646 = {
  ucs2: '1.0.10646.1.0.2',
  ucs4: '1.0.10646.1.0.4',
  utf16: '1.0.10646.1.0.5',
  utf8: '1.0.10646.1.0.8',
} as const;

/**
 * True for the record syntaxes whose payload is ISO 2709: the MARC formats registered from 1 (UNIMARC) to 31,
 * without CCF (3), which has another structure.
 */
export function isIso2709Syntax(oid: string): boolean {
  return iso2709Syntaxes.has(oid);
}

const iso2709Syntaxes: ReadonlySet<string> = new Set(
  Array.from({ length: 40 }, (_, at) => `${z3950}.5.${at + 1}`).filter(
    (oid) => oid !== `${z3950}.5.3`,
  ),
);
