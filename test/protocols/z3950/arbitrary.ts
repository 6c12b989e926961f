import fc from 'fast-check';
import type { Apdu, Rpn } from '../../../src/protocols/z3950/apdu/index.ts';
import { attributeSets, diagnosticSets, recordSyntaxes } from '../../../src/protocols/z3950/oid.ts';

const referenceId = fc.option(fc.uint8Array({ maxLength: 8 }), { nil: undefined });
const name = fc.string({ unit: 'grapheme', maxLength: 8 });
const count = fc.integer({ min: -5, max: 2 ** 31 });
const syntax = fc.option(fc.constantFrom(...Object.values(recordSyntaxes)), { nil: undefined });
const elementSets = fc.option(name, { nil: undefined });
const octets = fc.uint8Array({ maxLength: 300 });
const diagnostic = fc.record({
  set: fc.constant(diagnosticSets.bib1),
  condition: fc.integer({ min: 1, max: 1100 }),
  addinfo: name,
  form: fc.constantFrom('v2' as const, 'v3' as const),
});
const attribute = fc.record({
  set: fc.option(fc.constant(attributeSets.exp1), { nil: undefined }),
  type: fc.integer({ min: 1, max: 12 }),
  value: fc.oneof(count, fc.array(fc.oneof(count, name), { minLength: 1, maxLength: 3 })),
});
const attributes = fc.array(attribute, { maxLength: 4 });
const term = fc.oneof(
  octets.map((one) => ({ kind: 'general' as const, octets: one })),
  count.map((value) => ({ kind: 'numeric' as const, value })),
  name.map((text) => ({ kind: 'characterString' as const, text })),
  fc.constant({ kind: 'null' as const }),
);
const operator = fc.oneof(
  fc.constantFrom('and' as const, 'or' as const, 'and-not' as const),
  fc.record({
    exclusion: fc.boolean(),
    distance: count,
    ordered: fc.boolean(),
    relation: fc.integer({ min: 1, max: 6 }),
    unit: fc.record({ kind: fc.constantFrom('known' as const, 'private' as const), code: count }),
  }),
);
const rpn = fc.letrec<{ node: Rpn }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constant('term' as const), attributes, term }),
    fc.record({ type: fc.constant('resultSet' as const), name }),
    fc.record({
      type: fc.constant('operation' as const),
      operator,
      left: tie('node'),
      right: tie('node'),
    }),
  ),
})).node;
const record = fc.record({
  kind: fc.constant('record' as const),
  database: name,
  record: fc.record({
    reference: fc.constantFrom<string>(...Object.values(recordSyntaxes)),
    encoding: fc.constant('octets' as const),
    content: octets,
  }),
});
const surrogate = fc.record({
  kind: fc.constant('diagnostic' as const),
  database: name,
  diagnostic,
});
const records = fc.option(
  fc.oneof(
    fc.record({
      kind: fc.constant('records' as const),
      records: fc.array(fc.oneof(record, surrogate), { maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('diagnostics' as const),
      multiple: fc.constant(true),
      diagnostics: fc.array(diagnostic, { maxLength: 3 }),
    }),
  ),
  { nil: undefined },
);

/** Any PDU of a search session. */
export function anyApdu(): fc.Arbitrary<Apdu> {
  return fc.oneof(
    fc.record({
      type: fc.constant('searchRequest' as const),
      referenceId,
      smallSetUpperBound: count,
      largeSetLowerBound: count,
      mediumSetPresentNumber: count,
      replaceIndicator: fc.boolean(),
      resultSetName: name,
      databaseNames: fc.array(name, { maxLength: 3 }),
      smallSetElementSetNames: elementSets,
      mediumSetElementSetNames: elementSets,
      preferredRecordSyntax: syntax,
      query: fc.record({
        type: fc.constantFrom('type-1' as const, 'type-101' as const),
        attributeSet: fc.constant(attributeSets.bib1),
        rpn,
      }),
    }),
    fc.record({
      type: fc.constant('searchResponse' as const),
      referenceId,
      resultCount: count,
      numberOfRecordsReturned: count,
      nextResultSetPosition: count,
      searchStatus: fc.boolean(),
      resultSetStatus: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      presentStatus: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      records,
    }),
    fc.record({
      type: fc.constant('presentRequest' as const),
      referenceId,
      resultSetName: name,
      start: count,
      count,
      elementSetNames: elementSets,
      preferredRecordSyntax: syntax,
    }),
    fc.record({
      type: fc.constant('presentResponse' as const),
      referenceId,
      numberOfRecordsReturned: count,
      nextResultSetPosition: count,
      presentStatus: fc.integer({ min: 0, max: 5 }),
      records,
    }),
    fc.record({
      type: fc.constant('sortRequest' as const),
      inputResultSetNames: fc.array(name, { minLength: 1, maxLength: 2 }),
      sortedResultSetName: name,
      keys: fc.array(
        fc.record({
          key: fc.oneof(
            fc.record({ kind: fc.constant('field' as const), field: name }),
            fc.record({
              kind: fc.constant('attributes' as const),
              attributeSet: fc.constant(attributeSets.bib1),
              attributes,
            }),
          ),
          relation: fc.constantFrom(0, 1, 3, 4),
          caseSensitivity: fc.constantFrom(0, 1),
          missing: fc.constantFrom(
            undefined,
            { action: 'abort' as const },
            { action: 'null' as const },
          ),
        }),
        { maxLength: 3 },
      ),
    }),
    fc.record({
      type: fc.constant('scanRequest' as const),
      databaseNames: fc.array(name, { maxLength: 2 }),
      attributeSet: fc.constant(attributeSets.bib1),
      attributes,
      term,
      stepSize: fc.constantFrom(undefined, 0, 1),
      numberOfTermsRequested: count,
      preferredPositionInResponse: fc.constantFrom(undefined, 1),
    }),
    fc.record({
      type: fc.constant('scanResponse' as const),
      scanStatus: fc.integer({ min: 0, max: 6 }),
      numberOfEntriesReturned: count,
      positionOfTerm: fc.constantFrom(undefined, 1),
      entries: fc.array(
        fc.record({
          kind: fc.constant('term' as const),
          term,
          displayTerm: fc.option(octets, { nil: undefined }),
          suggestedAttributes: fc.option(attributes, { nil: undefined }),
          occurrences: fc.option(count, { nil: undefined }),
        }),
        { maxLength: 3 },
      ),
      diagnostics: fc.option(fc.array(diagnostic, { maxLength: 2 }), { nil: undefined }),
    }),
    fc.record({
      type: fc.constant('deleteRequest' as const),
      referenceId,
      resultSetNames: fc.option(fc.array(name, { maxLength: 3 })),
    }),
    fc.record({
      type: fc.constant('close' as const),
      reason: fc.constantFrom(
        'finished' as const,
        'lackOfActivity' as const,
        'unspecified' as const,
      ),
      message: fc.option(name, { nil: undefined }),
    }),
  );
}
