import type { Diagnostic } from '../../../protocols/z3950/apdu/index.ts';
import { diagnosticSets } from '../../../protocols/z3950/oid.ts';

/** A bib-1 diagnostic that ends a request. */
export class Bib1Diagnostic extends Error {
  readonly condition: number;
  readonly addinfo: string;

  constructor(condition: number, addinfo = '') {
    super(`bib-1 diagnostic ${condition}`);
    this.name = 'Bib1Diagnostic';
    this.condition = condition;
    this.addinfo = addinfo;
  }
}

export function asDiagnostic(error: Bib1Diagnostic): Diagnostic {
  return { set: diagnosticSets.bib1, condition: error.condition, addinfo: error.addinfo };
}
