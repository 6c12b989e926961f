import fc from 'fast-check';
import t from 'tap';
import { type ShelfScheme, shelfKey } from '../../../src/loans/desks/shelf-order/index.ts';
import { shelves } from '../../fixtures/loans/call-numbers.ts';

const schemes: readonly (readonly [keyof typeof shelves, ShelfScheme])[] = [
  ['clc', 'clc'],
  ['lcas', 'lcas'],
  ['ruc', 'ruc'],
  ['ddc', 'ddc'],
  ['lccs', 'lcc'],
];

/** Any order but the right one. */
function shuffled(list: readonly string[]): string[] {
  return list.toSorted((a, b) => (`${a.length}${a}` < `${b.length}${b}` ? 1 : -1));
}

for (const [name, scheme] of schemes) {
  t.test(`${scheme}: call numbers stand as they were sorted by hand`, async (t) => {
    const sorted = shuffled(shelves[name]).sort((a, b) => {
      const [x, y] = [shelfKey(a, scheme), shelfKey(b, scheme)];
      return x < y ? -1 : x > y ? 1 : 0;
    });
    t.same(sorted, shelves[name]);
  });
}

t.test('forty call numbers and more were sorted by hand', async (t) => {
  t.ok(Object.values(shelves).flat().length >= 40);
});

t.test('full-width forms stand where the plain ones do', async (t) => {
  t.equal(shelfKey('ＴＱ０１６／５８', 'clc'), shelfKey('TQ016/58', 'clc'));
});

t.test('what is no call number of the scheme stands after all that are', async (t) => {
  const last = shelfKey('ZZ99/999999', 'clc');
  for (const odd of ['善本 12', '?', '']) t.ok(shelfKey(odd, 'clc') > last, odd);
});

t.test('any text has a key of bounded length', async (t) => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 400 }),
      fc.constantFrom<ShelfScheme>('clc', 'lcas', 'ruc', 'ddc', 'lcc'),
      (text, scheme) => {
        const key = shelfKey(text, scheme);
        return key.length > 0 && key.length <= 200 && key === shelfKey(text, scheme);
      },
    ),
    { numRuns: 500 },
  );
  t.pass();
});
