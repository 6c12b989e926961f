import Type from 'typebox';

/** A maintenance window as entries, reports and its own routes show it. */
export const windowSchema = Type.Object({
  id: Type.Integer(),
  from: Type.String({ description: 'ISO 8601' }),
  to: Type.String({ description: 'ISO 8601' }),
  reason: Type.Object({ zh: Type.Optional(Type.String()), en: Type.Optional(Type.String()) }),
});
