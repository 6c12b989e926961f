import type { Subfield } from '../types.ts';
import type { FieldView } from './view.ts';

/**
 * UNIMARC 4xx with embedded fields: each $1 begins a field with its tag and indicators
 * (`$12001 $aTitle$fAuthor`), whose subfields follow until the next $1 (UNIMARC manual, 4--).
 */
export interface EmbeddedField {
  readonly tag: string;
  readonly ind1: string;
  readonly ind2: string;
  /** The value of a control field (001); empty for data fields. */
  readonly value: string;
  readonly subfields: readonly Subfield[];
}

/** Most fields embedded in one link. */
const maximumEmbedded = 100;

export function embeddedFields(field: FieldView): readonly EmbeddedField[] {
  const found: { head: string; subfields: Subfield[] }[] = [];
  for (const subfield of subfieldsOf(field)) {
    if (subfield.code === '1') {
      if (found.length >= maximumEmbedded) break;
      found.push({ head: subfield.value, subfields: [] });
    } else found[found.length - 1]?.subfields.push(subfield);
  }
  return found
    .filter(({ head }) => /^[0-9]{3}/.test(head))
    .map(({ head, subfields }) => {
      const tag = head.slice(0, 3);
      const control = tag.startsWith('00');
      return {
        tag,
        ind1: control ? ' ' : head.charAt(3) || ' ',
        ind2: control ? ' ' : head.charAt(4) || ' ',
        value: control ? head.slice(3) : '',
        subfields,
      };
    });
}

/** The title and volume a link names, embedded ($1) or in subfields of its own ($t, $v). */
export function linkedTitle(
  field: FieldView,
): { readonly title: string; readonly volume: string | null } | null {
  const embedded = embeddedFields(field).find(({ tag }) => tag === '200');
  const from = embedded?.subfields ?? subfieldsOf(field);
  const value = (code: string) => from.find((one) => one.code === code)?.value ?? null;
  const title = embedded === undefined ? value('t') : value('a');
  if (title === null) return null;
  return { title, volume: value('v') ?? (embedded === undefined ? null : value('h')) };
}

function subfieldsOf(field: FieldView): readonly Subfield[] {
  const subfields: Subfield[] = [];
  for (let at = field.first; at < field.end; at++) {
    subfields.push({ code: field.code(at), value: field.value(at) });
  }
  return subfields;
}
