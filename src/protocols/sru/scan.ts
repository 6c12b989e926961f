import { childrenOf, firstChild, parseXmlTree, textOf } from '../../marc/xml/tree.ts';
import { otherDocument } from '../answers/errors.ts';
import { diagnosticCode, type SruDiagnostic } from './diagnostics.ts';

export interface ScannedTerm {
  readonly value: string;
  /** How the server would show it; the value where it says nothing. */
  readonly display: string;
  readonly records: number | null;
}

export interface ScanAnswer {
  readonly terms: readonly ScannedTerm[];
  readonly diagnostics: readonly SruDiagnostic[];
}

const maxTerms = 1000;

/** Reads a scanResponse of any version. Throws XmlError, or AnswerError for another document. */
export function decodeScan(bytes: Uint8Array): ScanAnswer {
  const root = parseXmlTree(bytes);
  const hasDiagnostics = firstChild(root, 'diagnostics') !== null;
  if (root.name !== 'scanResponse' && !hasDiagnostics) {
    throw otherDocument(root.name, 'not_sru');
  }
  const terms = firstChild(root, 'terms');
  const diagnostics = firstChild(root, 'diagnostics');
  return {
    terms: (terms === null ? [] : childrenOf(terms, 'term')).slice(0, maxTerms).map((term) => {
      const text = (name: string) => {
        const child = firstChild(term, name);
        return child === null ? null : textOf(child).trim();
      };
      const value = text('value') ?? '';
      const count = text('numberOfRecords') ?? '';
      return {
        value,
        display: text('displayTerm') || value,
        records: /^\d{1,15}$/.test(count) ? Number(count) : null,
      };
    }),
    diagnostics: (diagnostics === null ? [] : childrenOf(diagnostics, 'diagnostic')).map((one) => {
      const text = (name: string) => {
        const child = firstChild(one, name);
        return child === null ? '' : textOf(child).trim();
      };
      return {
        code: diagnosticCode(text('uri')),
        details: text('details'),
        message: text('message'),
      };
    }),
  };
}
