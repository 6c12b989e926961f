import fc from 'fast-check';
import t from 'tap';
import { readAlephSequential } from '../../../src/marc/formats/alephseq.ts';
import { damaged } from './records.ts';

const FILE = `000000001 FMT   L BK
000000001 LDR   L 00000nam^a2200000^i^4500
000000001 008   L 140301s2014^^^^cc
000000001 24510 L $$a化学工程实验$$b上册
000000002 LDR   00000nam a2200000 i 4500
000000002 1001  $$aAndersson, Åke
`;

t.test(
  'reads records by their system numbers, with and without the letter of the alphabet',
  async (t) => {
    const found = [...readAlephSequential(Buffer.from(FILE))];
    t.match(found, [
      {
        marc: {
          leader: '00000nam a2200000 i 4500',
          fields: [
            { tag: 'FMT', value: 'BK' },
            { tag: '008', value: '140301s2014    cc' },
            {
              tag: '245',
              ind1: '1',
              ind2: '0',
              subfields: [
                { code: 'a', value: '化学工程实验' },
                { code: 'b', value: '上册' },
              ],
            },
          ],
        },
        warnings: [],
      },
      { marc: { fields: [{ tag: '100', subfields: [{ code: 'a', value: 'Andersson, Åke' }] }] } },
    ]);
    t.equal(Buffer.concat(found.map(({ raw }) => raw)).toString(), FILE);
  },
);

t.test('reports lines that are no fields where they stand', async (t) => {
  const found = [...readAlephSequential(Buffer.from(`Export of 2014\n\n${FILE}end\n`))];
  t.match(found[0], { problem: 'A line is no field ("Export of 2014").' });
  t.match(found[2], { warnings: ['A line is no field ("end").'] });
  t.equal(found.length, 3);
});

t.test('reads other charsets like any record', async (t) => {
  const latin1 = Buffer.from(
    '000000002 LDR   00000nam a2200000 i 4500\n000000002 1001  $$aÅke é\n',
    'latin1',
  );
  t.match(
    [...readAlephSequential(latin1, { charset: 'iso-8859-1' })],
    [{ marc: { fields: [{ subfields: [{ value: 'Åke é' }] }] }, charset: 'iso-8859-1' }],
  );
});

t.test('accounts for every byte and throws nothing', async () => {
  fc.assert(
    fc.property(damaged([Buffer.from(FILE)]), (bytes) => {
      const found = Array.from(readAlephSequential(bytes));
      const blank = bytes.filter((byte) => byte === 0x0a || byte === 0x0d || byte === 0x20).length;
      return found.reduce((sum, { raw }) => sum + raw.length, 0) + blank >= bytes.length;
    }),
    { numRuns: 500 },
  );
});
