import {
  type BerNode,
  child,
  childrenOf,
  inner,
  integer,
  oid,
  parseBer,
  text,
  universalChild,
} from '../ber/read.ts';
import { universal, universalTags } from '../ber/tag.ts';
import * as write from '../ber/write.ts';
import { Z3950Error } from '../errors.ts';
import { diagnosticSets } from '../oid.ts';
import { decodeExternal, type External, encodeExternal } from './external.ts';

/** A diagnostic, whichever of the standard's forms it came in. */
export interface Diagnostic {
  /** The diagnostic set, bib-1 nearly always. */
  readonly set: string;
  readonly condition: number;
  readonly addinfo: string;
  /** The string type of the additional information: VisibleString of version 2 or GeneralString of 3. */
  readonly form?: 'v2' | 'v3' | undefined;
  /** The external form, where it was one; condition 100 (unspecified) stands for what cannot be read. */
  readonly external?: External | undefined;
}

/** DiagRec: the default format under SEQUENCE, or an EXTERNAL. */
export function decodeDiagRec(node: BerNode): Diagnostic {
  if (node.tag !== universal(universalTags.external)) return decodeDefaultFormat(node);
  const external = decodeExternal(node);
  const found = decodeExternalDiagnostics(external)[0];
  return { ...(found ?? unspecified(external.reference)), external };
}

/** The three fields of DefaultDiagFormat, under whatever tag. */
export function decodeDefaultFormat(node: BerNode): Diagnostic {
  const condition = universalChild(node, universalTags.integer);
  if (condition === undefined) {
    throw new Z3950Error('apdu_malformed', `The diagnostic at ${node.from} has no condition.`);
  }
  const set = universalChild(node, universalTags.oid);
  const addinfo = childrenOf(node).find((one) => one !== condition && one !== set);
  return {
    set: set === undefined ? diagnosticSets.bib1 : oid(set),
    condition: integer(condition),
    addinfo: addinfo === undefined ? '' : text(addinfo),
    form: addinfo?.tag === universal(universalTags.visibleString) ? 'v2' : 'v3',
  };
}

function unspecified(reference: string | null): Diagnostic {
  return { set: diagnosticSets.bib1, condition: 100, addinfo: reference ?? '' };
}

/**
 * The diagnostics in an EXTERNAL of format diag-1, which wraps default ones beside its own explicit kinds;
 * the explicit kinds are told by their tag, 1000 less than which is nothing a bib-1 reader knows.
 */
export function decodeExternalDiagnostics(external: External): Diagnostic[] {
  if (external.reference !== diagnosticSets.diag1 || external.encoding !== 'single') return [];
  return childrenOf(parseBer(external.content)).map((one) => {
    const wrapped = child(one, 1);
    const format = wrapped === undefined ? undefined : child(wrapped, 1);
    if (format !== undefined) return decodeDefaultFormat(format);
    const message = child(one, 2);
    return { ...unspecified(null), addinfo: message === undefined ? '' : text(message) };
  });
}

/** [130] and the like: the default format's fields, or a DiagRec within. */
export function decodeDiagnosticList(node: BerNode): Diagnostic[] {
  return childrenOf(node).map(decodeDiagRec);
}

export function encodeDiagRec(diagnostic: Diagnostic): write.BerValue {
  if (diagnostic.external !== undefined) return encodeExternal(diagnostic.external);
  return encodeDefaultFormat(diagnostic, universal(universalTags.sequence));
}

export function encodeDefaultFormat(diagnostic: Diagnostic, tag: number): write.BerValue {
  const form = diagnostic.form === 'v3' ? universalTags.generalString : universalTags.visibleString;
  return write.constructed(tag, [
    write.oid(universal(universalTags.oid), diagnostic.set),
    write.integer(universal(universalTags.integer), diagnostic.condition),
    write.text(universal(form), diagnostic.addinfo),
  ]);
}

/** A DiagRec that an explicit tag wraps. */
export const decodeWrappedDiagRec = (node: BerNode): Diagnostic => decodeDiagRec(inner(node));
