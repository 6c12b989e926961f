import t from 'tap';
import {
  type HoldingsMap,
  itemsFromIsohold,
  readDate,
  readStatus,
  toBibRecord,
} from '../../../src/marc/dialects/index.ts';
import { parseXmlTree } from '../../../src/marc/xml/tree.ts';
import { cnmarc, marc, marc21 } from './support.ts';

const copies = (text: string, holdings?: HoldingsMap) =>
  toBibRecord(marc(`200 1  $a书\n${text}`), {
    dialect: 'cnmarc',
    ...(holdings === undefined ? {} : { holdings }),
  }).items;

t.test('reads 905 in the layout of CALIS members', async (t) => {
  t.match(copies('905    $a211010$b00123$c二楼书库$dTQ016$e58$sTQ016/58$v2'), [
    {
      callNumber: 'TQ016/58',
      volume: '2',
      location: '二楼书库',
      barcode: '00123',
      status: 'unknown',
      dueDate: null,
      lendable: null,
    },
  ]);
  t.equal(copies('905    $dTQ016$e58')[0]?.callNumber, 'TQ016/58', 'joins class and book number');
  t.strictSame(copies('905    $a211010'), [], 'a library alone is no copy');
});

t.test('makes a copy of each barcode in one field', async (t) => {
  const items = copies('905    $a1$b001$b002$v上$v下$sI/1');
  t.strictSame(
    items.map(({ barcode, volume, callNumber }) => [barcode, volume, callNumber]),
    [
      ['001', '上', 'I/1'],
      ['002', '下', 'I/1'],
    ],
  );
});

t.test('follows the map of the library', async (t) => {
  const map: HoldingsMap = {
    tag: '906',
    barcode: 'b',
    location: 'l',
    status: 'z',
    callNumber: { parts: ['d', 'e'], join: ' ' },
  };
  const items = copies('905    $sA/1\n906    $b77$dF124$e26$l总馆$z借出-应还日期：2026-12-01', map);
  t.match(items, [
    {
      callNumber: 'F124 26',
      barcode: '77',
      location: '总馆',
      status: 'on_loan',
      dueDate: '2026-12-01',
    },
  ]);
  t.equal(items.length, 1, 'and looks nowhere else');
  t.equal(copies('952    $oF124/26$p8', { tag: '952' })[0]?.callNumber, 'F124/26');
});

t.test(
  'takes availability from Alma and the form of the shelf mark from the library',
  async (t) => {
    const items = copies(`
    905    $aBNU$dF124$e26$sF124/26
    AVA    $bM$c中文库本书$dF124 26$eavailable$q总馆$vfrom:1995
    AVA    $bM$c密集库$dF124 26$eunavailable$q总馆
    AVA    $bM$c分馆$dK2 7$echeck_holdings
  `);
    t.match(items, [
      { callNumber: 'F124/26', location: '总馆 中文库本书', status: 'available', volume: null },
      { callNumber: 'F124/26', status: 'unavailable' },
      { callNumber: 'K2 7', location: 'M 分馆', status: 'unknown' },
    ]);
  },
);

t.test('falls back to the shelf mark of 090', async (t) => {
  t.equal(copies('090    $aF124$b26$uF124/26')[0]?.callNumber, 'F124/26');
  t.equal(copies('090    $aF124$b26')[0]?.callNumber, 'F124/26');
  t.equal(marc21('245 10 $aBook\n090    $aQA141$b.E53').items[0]?.callNumber, 'QA141 .E53');
});

t.test('reads 852 of MARC 21, and 905 in the MARC 21 records of Chinese libraries', async (t) => {
  t.match(marc21('245 10 $aBook\n852 0  $aNN$cStacks$hQA76$i.K5$p3900').items, [
    { callNumber: 'QA76 .K5', location: 'Stacks', barcode: '3900' },
  ]);
  t.equal(marc21('245 10 $aBook\n905    $dO6$eK5').items[0]?.callNumber, 'O6/K5');
});

t.test('knows what libraries call a copy that is here, out, or only read inside', async (t) => {
  const words: readonly (readonly [string, string])[] = [
    ['可借', 'available'],
    ['在架上', 'available'],
    ['On Shelf', 'available'],
    ['借出-应还日期：2024-05-06', 'on_loan'],
    ['Due 2026-12-01', 'on_loan'],
    ['20261201', 'on_loan'],
    ['阅览', 'library_use'],
    ['馆内阅览', 'library_use'],
    ['Library use only', 'library_use'],
    ['订购中', 'on_order'],
    ['不可借', 'unavailable'],
    ['Not available', 'unavailable'],
    ['Lost', 'unavailable'],
    ['正在编目', 'unavailable'],
    ['', 'unknown'],
    ['神秘', 'unknown'],
  ];
  for (const [text, status] of words) t.equal(readStatus(text).status, status, text);
  t.equal(readStatus('借出-应还日期：2024-05-06').dueDate, '2024-05-06');
  t.equal(readStatus('在架 2024-05-06').dueDate, null);
});

t.test('reads dates whose order is certain and no other', async (t) => {
  t.equal(readDate('2026年2月3日'), '2026-02-03');
  t.equal(readDate('03/Feb/2026'), '2026-02-03');
  t.equal(readDate('2026-02-30'), null);
  t.equal(readDate('02/03/2026'), null);
});

t.test('makes copies of an ISO 20775 answer', async (t) => {
  const status = (available: number, purpose: number, until = '') =>
    `<status><availabilityStatus>${available}</availabilityStatus><availableFor>${purpose}</availableFor>${until}</status>`;
  const copy = (id: string, states: string) =>
    `<copyInformation><pieceIdentifier><value>${id}</value></pieceIdentifier><sublocation>A1</sublocation><shelfLocator>F124 26</shelfLocator><availabilityInformation>${states}</availabilityInformation></copyInformation>`;
  const xml = `<holdings xmlns="http://www.loc.gov/standards/iso20775/"><holding><physicalLocation>总馆</physicalLocation><holdingSimple>
    ${copy('N1', status(1, 1) + status(1, 2))}
    ${copy('N2', status(2, 1, '<dateTimeAvailable>2026-12-24T00:00:00Z</dateTimeAvailable>'))}
    ${copy('N3', status(2, 1) + status(1, 5))}
    ${copy('N4', '')}
  </holdingSimple></holding><holding><physicalLocation>分馆</physicalLocation><holdingSimple><copiesSummary><status><availableCount>0</availableCount><availableFor>1</availableFor></status></copiesSummary></holdingSimple></holding></holdings>`;
  t.match(itemsFromIsohold(parseXmlTree(Buffer.from(xml))), [
    {
      barcode: 'N1',
      callNumber: 'F124 26',
      location: '总馆 A1',
      status: 'available',
      lendable: null,
    },
    { barcode: 'N2', status: 'on_loan', dueDate: '2026-12-24' },
    { barcode: 'N3', status: 'library_use', dueDate: null },
    { barcode: 'N4', status: 'unknown' },
    { barcode: null, location: '分馆', status: 'unavailable' },
  ]);
});

t.test('describes no copy where the record does not', async (t) => {
  t.strictSame(cnmarc('200 1  $a书').items, []);
});
