import fc from 'fast-check';
import t from 'tap';
import { MarcError } from '../../../src/marc/formats/errors.ts';
import { marcFromJson, marcToJson } from '../../../src/marc/formats/json.ts';
import { anyRecord, marc21 } from './records.ts';

t.test('writes the form that other programs read', async (t) => {
  const { leader, fields } = marcToJson(marc21);
  t.equal(leader, marc21.leader);
  t.same(fields[0], { '001': 'demo0001' });
  t.same(fields[2], { '020': { ind1: ' ', ind2: ' ', subfields: [{ a: '9787312033896' }] } });
});

t.test('gives back any record it wrote', async (t) => {
  t.same(marcFromJson(JSON.parse(JSON.stringify(marcToJson(marc21)))), marc21);
  fc.assert(
    fc.property(anyRecord, (record) => {
      const back = marcFromJson(JSON.parse(JSON.stringify(marcToJson(record))));
      return JSON.stringify(back) === JSON.stringify(record);
    }),
  );
});

t.test('composes text and fills in what is left out', async (t) => {
  t.same(marcFromJson({ fields: [{ '245': { subfields: [{ a: 'e\u0301' }] } }] }), {
    leader: ' '.repeat(24),
    fields: [{ tag: '245', ind1: ' ', ind2: ' ', subfields: [{ code: 'a', value: 'é' }] }],
  });
});

t.test('refuses every other value', async (t) => {
  const others = [
    null,
    1,
    'x',
    [],
    {},
    { fields: {} },
    { fields: [1] },
    { fields: [{ '245': 1 }] },
  ];
  for (const value of [...others, { fields: [{ '245': { subfields: [{ a: 1 }] } }] }]) {
    t.throws(() => marcFromJson(value), MarcError, JSON.stringify(value));
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        marcFromJson(value);
      } catch (error) {
        if (!(error instanceof MarcError)) throw error;
      }
    }),
  );
});
