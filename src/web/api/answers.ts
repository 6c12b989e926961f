import Type from 'typebox';
import { itemStatuses, recordTypes } from '../../marc/record.ts';
import { answerStates, phases } from '../../members/types.ts';
import { facetNames } from '../../search/types.ts';

/** The shapes of search answers, for the OpenAPI description and for the tests that check answers. */

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const text = orNull(Type.String());
const strings = Type.Array(Type.String());
const bilingual = Type.Object({ zh: Type.String(), en: Type.String() });
const count = Type.Integer({ minimum: 0 });

export const libraryAnswerSchema = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum([...answerStates]),
    hits: Type.Optional(count),
    fetched: count,
    elapsedMs: Type.Number(),
    cached: Type.Boolean(),
    cause: text,
    retryable: Type.Boolean(),
    retryAfterMs: orNull(Type.Number()),
    sorted: Type.Boolean(),
    simplified: Type.Array(
      Type.Object({ code: Type.String(), zh: Type.String(), en: Type.String() }),
    ),
    unreadable: Type.Optional(count),
    message: bilingual,
    phases: Type.Optional(Type.Record(Type.Enum([...phases]), Type.Number())),
    roundTrips: Type.Optional(count),
    firstRecordMs: Type.Optional(orNull(Type.Number())),
  },
  { title: 'LibraryAnswer', description: 'How one library answered' },
);

const item = Type.Object({
  callNumber: text,
  volume: text,
  location: text,
  barcode: text,
  status: Type.Enum([...itemStatuses]),
  dueDate: text,
  lendable: orNull(Type.Boolean()),
  lendableWhy: text,
});

export const holdingSchema = Type.Object({
  library: Type.String(),
  localId: Type.String(),
  campus: text,
  callNumber: text,
  volume: text,
  location: text,
  barcode: text,
  status: Type.Enum([...itemStatuses]),
  dueDate: text,
  lendable: orNull(Type.Boolean()),
  lendableWhy: text,
  asOf: text,
  items: Type.Array(item),
});

export const mergedRecordSchema = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    subtitle: text,
    parallelTitle: text,
    partNumber: text,
    partName: text,
    responsibility: text,
    authors: strings,
    edition: text,
    publisher: text,
    place: text,
    year: orNull(Type.Integer()),
    date: text,
    extent: text,
    series: text,
    isbn: strings,
    isbnAsWritten: strings,
    issn: strings,
    language: text,
    type: Type.Enum([...recordTypes]),
    subjects: strings,
    classes: Type.Record(Type.String(), Type.String()),
    mergedBecause: strings,
    holdings: Type.Array(holdingSchema),
    score: Type.Number(),
  },
  { title: 'MergedRecord', description: 'One edition and every library that holds it' },
);

const facet = Type.Array(Type.Object({ value: Type.String(), count }));

export const searchAnswerSchema = Type.Object(
  {
    id: Type.String(),
    query: Type.Object({ cql: Type.String(), libraries: strings }),
    state: Type.Enum(['running', 'complete', 'closed']),
    elapsedMs: Type.Number(),
    libraries: Type.Array(libraryAnswerSchema),
    total: count,
    hitsSum: count,
    moreAtLibraries: Type.Boolean(),
    page: Type.Integer({ minimum: 1 }),
    size: Type.Integer({ minimum: 1 }),
    records: Type.Array(mergedRecordSchema),
    facets: Type.Record(Type.Enum([...facetNames]), facet),
    mergeMs: Type.Optional(Type.Number()),
  },
  { title: 'SearchAnswer' },
);
