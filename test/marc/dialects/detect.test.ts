import t from 'tap';
import { detectDialect, toBibRecord } from '../../../src/marc/dialects/index.ts';
import { marc, marc21Leader } from './support.ts';

t.test('tells the dialects apart by their fields', async (t) => {
  const records: readonly (readonly [string, string])[] = [
    ['200 1  $a化学\n101 0  $achi', 'cnmarc'],
    ['200 1  $aChemistry\n102    $aCN\n801  0 $aCN', 'cnmarc'],
    ['200 1  $aChimie\n101 0  $afre\n210    $aParis', 'unimarc'],
    ['245 10 $aChemistry\n008 x', 'marc21'],
    ['245 10 $a化学\n690    $aTQ016', 'marc21'],
    ['100    $a20140601d2014    em y0chiy50      ea\n101 0  $achi\n210    $a北京', 'cnmarc'],
    ['260    $aLondon\n650  0 $aCats', 'marc21'],
    ['', 'marc21'],
  ];
  for (const [text, dialect] of records) t.equal(detectDialect(marc(text)), dialect, text);
});

t.test('reads a record by its fields where the library said another family', async (t) => {
  const western = marc('245 10 $aChemistry /$cA. B.\n260    $aLondon', marc21Leader);
  t.match(toBibRecord(western, { dialect: 'cnmarc' }), { dialect: 'marc21', title: 'Chemistry' });
  const chinese = marc('200 1  $a化学\n690    $aO6');
  t.match(toBibRecord(chinese, { dialect: 'marc21' }), { dialect: 'cnmarc', title: '化学' });
  t.equal(toBibRecord(chinese, { dialect: 'unimarc' }).dialect, 'unimarc');
  t.strictSame(toBibRecord(chinese, { dialect: 'unimarc' }).classes, { clc: 'O6' });
});

t.test('tells what kind of thing a record describes', async (t) => {
  const marc21Types: readonly (readonly [string, string])[] = [
    ['am', 'book'],
    ['as', 'serial'],
    ['aa', 'article'],
    ['ab', 'article'],
    ['ai', 'serial'],
    ['tm', 'manuscript'],
    ['em', 'map'],
    ['fm', 'map'],
    ['dm', 'music'],
    ['jm', 'sound'],
    ['gm', 'video'],
    ['km', 'image'],
    ['mm', 'computer'],
    ['om', 'kit'],
    ['rm', 'object'],
    ['  ', 'book'],
  ];
  for (const [code, type] of marc21Types) {
    const record = marc('245 10 $aA', `00000n${code} a2200000 a 4500`);
    t.equal(toBibRecord(record, { dialect: 'marc21' }).type, type, `MARC 21 ${code}`);
  }
  const unimarcTypes: readonly (readonly [string, string])[] = [
    ['am', 'book'],
    ['as', 'serial'],
    ['lm', 'computer'],
    ['mm', 'kit'],
    ['bm', 'manuscript'],
    ['-m', 'book'],
  ];
  for (const [code, type] of unimarcTypes) {
    const record = marc('200 1  $a书', `01576n${code}0-2200409---4500`);
    t.equal(toBibRecord(record, { dialect: 'cnmarc' }).type, type, `UNIMARC ${code}`);
  }
});
