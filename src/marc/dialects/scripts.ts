import { hasHan } from '../text.ts';
import type { FieldView } from './view.ts';

/**
 * MARC 21 keeps a romanised text in the field and the writing of the book in 880, linked by $6
 * (`245 $6 880-01`, `880 $6 245-01/$1`; MARC 21 appendix A). Readers, and libraries of the book's
 * country, know the book in its own writing, so that becomes the field and the romanisation its
 * other form.
 */

export interface ScriptedFields {
  readonly fields: readonly FieldView[];
  /** The other form of a field in `fields`. */
  readonly others: ReadonlyMap<FieldView, FieldView>;
}

/** Most linked pairs followed in one record. */
const maximumLinks = 200;

const link = /^(\d{3})-(\d{2})/;

/** Swaps each romanised field for its 880; an 880 linked to nothing stands for a missing field. */
export function ownScripts(fields: readonly FieldView[]): ScriptedFields {
  const linked = new Map<string, FieldView>();
  const unlinked: FieldView[] = [];
  const tags = new Set<string>();
  for (const field of fields) {
    tags.add(field.tag);
    if (field.number !== 880 || field.isControl || linked.size >= maximumLinks) continue;
    const target = link.exec(linkOf(field) ?? '');
    if (target?.[1] === undefined) continue;
    const graphic = field.under(target[1]);
    if (target[2] === '00') unlinked.push(graphic);
    else linked.set(`${target[1]}-${target[2]}`, graphic);
  }
  const others = new Map<FieldView, FieldView>();
  const used = new Set<FieldView>();
  const swapped = fields.map((field) => {
    if (field.isControl || field.number === 880) return field;
    const source = link.exec(linkOf(field) ?? '');
    const graphic = source?.[1] === '880' ? linked.get(`${field.tag}-${source[2]}`) : undefined;
    if (graphic === undefined) return field;
    used.add(graphic);
    const [shown, other] =
      isLatin(graphic) && !isLatin(field) ? [field, graphic] : [graphic, field];
    others.set(shown, other);
    return shown;
  });
  for (const graphic of linked.values()) if (!used.has(graphic)) unlinked.push(graphic);
  return { fields: [...swapped, ...unlinked.filter(({ tag }) => !tags.has(tag))], others };
}

/** Whether the field has no letter of another writing than Latin. */
export function isLatin(field: FieldView): boolean {
  for (let at = field.first; at < field.end; at++) {
    if (field.code(at) === '6') continue;
    const value = field.value(at);
    if (!isAscii(value) && hasOtherLetter(value)) return false;
  }
  return true;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function hasOtherLetter(text: string): boolean {
  return hasHan(text) || /(?!\p{Script=Latin})\p{L}/u.test(text.replace(/[ʹ-˿]/g, ''));
}

function linkOf(field: FieldView): string | undefined {
  for (let at = field.first; at < field.end; at++) {
    if (field.code(at) === '6') return field.value(at).trim();
  }
  return undefined;
}
