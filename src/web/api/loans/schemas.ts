import Type from 'typebox';
import { loanRoles } from '../../../loans/lifecycle/actions.ts';
import { nullable } from '../../../members/schema/common.ts';
import { closedObject } from './routes.ts';

/** Shapes that several routes give. Answers are open: names may be added, never changed. */

export const sentence = Type.Object(
  { zh: Type.String(), en: Type.String() },
  { title: 'Sentence' },
);

export const instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });
export const day = Type.String({ format: 'date' });

export const idParameter = closedObject({ id: Type.String({ maxLength: 64 }) });
export const numberParameter = closedObject({
  number: Type.String({ maxLength: 40, description: 'The request number' }),
});

export const pageQuery = {
  after: Type.Optional(
    Type.String({ maxLength: 100, description: '`next` of the page before this one' }),
  ),
  limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}$', description: 'At most 100' })),
  lang: Type.Optional(Type.Enum(['zh', 'en'])),
};
export const languageQuery = closedObject({ lang: pageQuery.lang });

export const actor = Type.Object(
  {
    kind: Type.Enum(['reader', 'staff']),
    id: Type.String(),
    libraryId: nullable(Type.String()),
    roles: Type.Array(Type.Enum([...loanRoles])),
  },
  { title: 'Actor' },
);

export const citation = Type.Object(
  {
    title: Type.String(),
    parallelTitle: nullable(Type.String()),
    author: nullable(Type.String()),
    publisher: nullable(Type.String()),
    place: nullable(Type.String()),
    year: nullable(Type.String()),
    edition: nullable(Type.String()),
    volume: nullable(Type.String()),
    series: nullable(Type.String()),
    isbn: nullable(Type.String({ description: 'ISBN or ISSN as the record writes it' })),
    language: nullable(Type.String()),
    type: Type.String(),
    classMark: nullable(Type.String()),
    callNumber: nullable(Type.String()),
  },
  { title: 'Citation' },
);

export const copy = Type.Object(
  {
    library: Type.String(),
    localId: nullable(Type.String()),
    callNumber: nullable(Type.String()),
    classMark: nullable(Type.String()),
    collection: nullable(Type.String()),
    location: nullable(Type.String()),
    barcode: nullable(Type.String()),
    status: Type.String(),
    lendable: nullable(Type.Boolean()),
    lendableWhy: nullable(Type.String()),
  },
  { title: 'Copy' },
);

export const verdict = Type.Object(
  {
    rule: Type.String(),
    outcome: Type.Enum(['pass', 'warn', 'review', 'refuse']),
    sentence,
    pointer: nullable(Type.String({ description: 'The field it is about' })),
    path: Type.Array(
      Type.Object({
        rule: Type.String(),
        layer: Type.String(),
        outcome: Type.Enum(['decided', 'overruled', 'not_in_force', 'does_not_apply']),
        sentence,
        source: Type.String(),
      }),
      { description: 'Every rule of policy that was looked at' },
    ),
  },
  { title: 'Verdict' },
);

export const fieldFault = Type.Object(
  {
    pointer: Type.String(),
    rule: nullable(Type.String()),
    zh: Type.String(),
    en: Type.String(),
  },
  { title: 'FieldFault' },
);

/** Whole number of a query parameter, within bounds. */
export function limitOf(text: string | undefined, otherwise = 50, most = 100): number {
  return text === undefined ? otherwise : Math.min(most, Math.max(1, Number(text)));
}
