import { childrenOf, firstChild, textOf, type XmlElement } from '../../src/marc/xml/tree.ts';

/** Reads SRU answers in tests; what is not there is an error. */
export function at(element: XmlElement, ...names: readonly string[]): XmlElement {
  let place = element;
  for (const name of names) {
    const next = firstChild(place, name);
    if (next === null) throw new Error(`${place.name} has no ${name}`);
    place = next;
  }
  return place;
}

export function said(element: XmlElement, ...names: readonly string[]): string {
  return textOf(at(element, ...names));
}

export function namesOf(element: XmlElement): readonly string[] {
  return element.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name]));
}

export function firstElement(parent: XmlElement): XmlElement {
  const found = parent.children.find((child) => typeof child !== 'string');
  if (found === undefined || typeof found === 'string') throw new Error('nothing inside');
  return found;
}

export function recordsOf(root: XmlElement): readonly XmlElement[] {
  return childrenOf(at(root, 'records'), 'record');
}

export function recordAt(root: XmlElement, position: number): XmlElement {
  const found = recordsOf(root)[position];
  if (found === undefined) throw new Error(`no record ${position}`);
  return found;
}

export function diagnosticOf(root: XmlElement): { number: number; details: string } {
  const diagnostic = at(root, 'diagnostics', 'diagnostic');
  const details = firstChild(diagnostic, 'details');
  return {
    number: Number(said(diagnostic, 'uri').split('/').at(-1)),
    details: details === null ? '' : textOf(details),
  };
}

/** The fields of a record in MARCXML by tag, each as its subfields by code. */
export function fieldsOf(record: XmlElement, tag: string): readonly Record<string, string>[] {
  return childrenOf(at(record, 'recordData', 'record'), 'datafield')
    .filter(({ attributes }) => attributes.tag === tag)
    .map((field) =>
      Object.fromEntries(
        childrenOf(field, 'subfield').map((one) => [one.attributes.code ?? '', textOf(one)]),
      ),
    );
}

export function controlOf(record: XmlElement, tag: string): string {
  const found = childrenOf(at(record, 'recordData', 'record'), 'controlfield').find(
    ({ attributes }) => attributes.tag === tag,
  );
  return found === undefined ? '' : textOf(found);
}
