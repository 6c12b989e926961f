import fc from 'fast-check';
import t from 'tap';
import {
  type Apdu,
  decodeApdu,
  encodeApdu,
  type Rpn,
  salvageApdu,
} from '../../../src/protocols/z3950/apdu/index.ts';
import { integer, oid, parseBer } from '../../../src/protocols/z3950/ber/read.ts';
import { context } from '../../../src/protocols/z3950/ber/tag.ts';
import * as write from '../../../src/protocols/z3950/ber/write.ts';
import { Z3950Error } from '../../../src/protocols/z3950/errors.ts';
import { clientLimits, serverLimits } from '../../../src/protocols/z3950/limits.ts';
import {
  encodeChoice,
  encodeProposal,
  findChoice,
  findProposal,
  proposalOf,
  utf8Proposal,
} from '../../../src/protocols/z3950/negotiation.ts';
import { attributeSets, diagnosticSets, recordSyntaxes } from '../../../src/protocols/z3950/oid.ts';
import { anyApdu } from './arbitrary.ts';

const bytesOf = (hex: string): Uint8Array =>
  new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

t.test('integers and object identifiers come back as they went', (t) => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const node = parseBer(write.encodeBer(write.integer(context(1), value)));
      return integer(node) === value;
    }),
  );
  const arcs = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 39 }),
      arcs,
      (first, second, rest) => {
        const dots = [first, second, ...rest].join('.');
        return oid(parseBer(write.encodeBer(write.oid(context(1), dots)))) === dots;
      },
    ),
  );
  t.end();
});

t.test('integers are written in the fewest octets', (t) => {
  for (const [value, hex] of [
    [0, '8100'.replace('00', '0100')],
    [127, '81017f'],
    [128, '81020080'],
    [-128, '810180'],
    [-129, '8102ff7f'],
    [201_896_834, '81040c08b382'],
  ] as const) {
    t.equal(hexOf(write.encodeBer(write.integer(context(1), value))), hex);
  }
  t.end();
});

t.test('an integer that no number holds is clamped, an empty one is 0', (t) => {
  t.equal(integer(parseBer(bytesOf(`81 0c 7f${'ff'.repeat(11)}`))), Number.MAX_SAFE_INTEGER);
  t.equal(integer(parseBer(bytesOf(`81 0c 80${'00'.repeat(11)}`))), Number.MIN_SAFE_INTEGER);
  t.equal(integer(parseBer(bytesOf('81 0a 00 00 00 00 00 00 00 00 00 05'))), 5);
  t.equal(integer(parseBer(bytesOf('81 00'))), 0);
  t.end();
});

t.test('writes a title search byte for byte as the standard and YAZ do', (t) => {
  const search: Apdu = {
    type: 'searchRequest',
    smallSetUpperBound: 0,
    largeSetLowerBound: 1,
    mediumSetPresentNumber: 0,
    replaceIndicator: true,
    resultSetName: '1',
    databaseNames: ['Default'],
    query: {
      type: 'type-1',
      attributeSet: attributeSets.bib1,
      rpn: {
        type: 'term',
        attributes: [{ type: 1, value: 4 }],
        term: { kind: 'general', octets: utf8('计算机') },
      },
    },
  };
  t.equal(
    hexOf(encodeApdu(search)),
    // A true BOOLEAN is FF here and 01 in YAZ; every non-zero octet means true.
    'b6468d01008e01018f01009001ff910131b20a9f690744656661756c74b529a12706072a8648ce130301a01cbf6619bf2c0a3008' +
      '9f7801019f7901049f2d09e8aea1e7ae97e69cba',
  );
  t.end();
});

t.test('reads what servers write in their own ways', (t) => {
  const response = decodeApdu(
    bytesOf(
      'b7 29 97 01 00 98 01 00 99 01 00 96 01 00 9a 01 03 bf 81 02 16 06 07 2a8648ce130401 02 01 6d 1a 08 6e6f737563686462',
    ),
  );
  t.match(response, {
    type: 'searchResponse',
    searchStatus: false,
    resultSetStatus: 3,
    records: {
      kind: 'diagnostics',
      diagnostics: [{ set: diagnosticSets.bib1, condition: 109, addinfo: 'nosuchdb', form: 'v2' }],
    },
  });
  const pieces = decodeApdu(
    bytesOf(
      'b9 80 98 01 01 99 01 02 9b 01 00 bc 80 30 80 a1 80 a1 80 28 80 06 07 2a8648ce13050a a1 80 04 02 4142 04 01 43 00 00 00 00 00 00 00 00 00 00 00 00 00 00',
    ),
  );
  t.match(pieces, {
    records: { records: [{ record: { reference: recordSyntaxes.usmarc, content: utf8('ABC') } }] },
  });
  t.match(decodeApdu(bytesOf('bf 30 05 9f 81 53 01 07')), {
    type: 'close',
    reason: 'lackOfActivity',
  });
  t.match(decodeApdu(bytesOf('bf 30 05 9f 81 53 01 63')), { reason: 'unspecified' });
  t.match(decodeApdu(bytesOf('bf 21 00')), { type: 'other', number: 33 });
  t.match(decodeApdu(bytesOf('b9 0f 98 01 00 99 01 01 9b 01 00 9f 8f 7f 02 aa bb')), {
    type: 'presentResponse',
    presentStatus: 0,
  });
  t.end();
});

t.test('every PDU comes back as it went', (t) => {
  fc.assert(
    fc.property(anyApdu(), (apdu) => {
      const again = decodeApdu(encodeApdu(apdu), serverLimits);
      t.same(again, apdu, { diagnostic: false });
      t.equal(hexOf(encodeApdu(again)), hexOf(encodeApdu(apdu)));
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('charset negotiation is written as YAZ writes it, and read back', (t) => {
  const proposal = encodeProposal(utf8Proposal);
  const init: Apdu = {
    type: 'initRequest',
    versions: [1, 2, 3],
    options: ['search', 'present', 'negotiationModel'],
    preferredMessageSize: 1,
    exceptionalRecordSize: 1,
    otherInformation: [proposal],
  };
  const bytes = encodeApdu(init);
  t.match(
    hexOf(bytes),
    /bf814920301ea41c06072a8648ce130f03a011a10fa10aa208820628d3160100088301ff$/,
  );
  const read = decodeApdu(bytes);
  t.same(read.type === 'initRequest' ? findProposal(read.otherInformation) : null, utf8Proposal);
  for (const [utf8, languages] of [
    [true, ['chi', 'eng']],
    [false, ['chi']],
  ] as const) {
    const both = proposalOf(utf8, languages);
    t.match(both, { encodings: utf8 ? ['1.0.10646.1.0.8'] : [], languages });
    t.same(both === null ? null : findProposal([encodeProposal(both)]), both);
  }
  t.equal(proposalOf(false, []), null);
  for (const choice of [
    { encoding: '1.0.10646.1.0.8', privateName: null, language: null, recordsToo: true },
    { encoding: null, privateName: 'ISO-8859-1', language: 'chi', recordsToo: false },
    { encoding: null, privateName: null, language: null, recordsToo: false },
  ]) {
    t.same(findChoice([encodeChoice(choice)]), choice);
  }
  t.end();
});

t.test('hostile nesting and crowds of values are refused, not followed', (t) => {
  const nested = (depth: number, open: string, close: string) =>
    bytesOf('b980'.concat(open.repeat(depth), close.repeat(depth), '0000'));
  const cases: [string, Uint8Array][] = [
    ['ber_depth', nested(100_000, '3080', '0000')],
    ['ber_elements', bytesOf(`b980${'8000'.repeat(clientLimits.elements + 1)}0000`)],
    ['ber_truncated', bytesOf('b9 80 30 80')],
    ['ber_length', bytesOf('b9 02 81 05')],
    ['apdu_malformed', bytesOf('b9 00')],
    ['apdu_malformed', bytesOf('81 00')],
  ];
  for (const [reason, bytes] of cases) {
    try {
      decodeApdu(bytes);
      t.fail(`${reason} was not noticed`);
    } catch (error) {
      t.ok(error instanceof Z3950Error, reason);
      t.equal((error as Z3950Error).reason, reason);
    }
  }
  t.end();
});

t.test('a query of fifty terms is read by servers, whichever way it leans', (t) => {
  const leaf: Rpn = { type: 'term', attributes: [{ type: 1, value: 4 }], term: { kind: 'null' } };
  for (const left of [true, false]) {
    let query: Rpn = leaf;
    for (let terms = 1; terms < 50; terms += 1) {
      query = {
        type: 'operation',
        operator: 'and',
        left: left ? query : leaf,
        right: left ? leaf : query,
      };
    }
    const apdu = { ...searchOf(query) };
    t.same(decodeApdu(encodeApdu(apdu), serverLimits), apdu);
  }
  t.end();
});

function searchOf(query: Rpn): Apdu {
  return {
    type: 'searchRequest',
    smallSetUpperBound: 0,
    largeSetLowerBound: 1,
    mediumSetPresentNumber: 0,
    replaceIndicator: true,
    resultSetName: 'default',
    databaseNames: ['x'],
    query: { type: 'type-1', attributeSet: attributeSets.bib1, rpn: query },
  };
}

t.test('the whole records of a response that was cut off are saved, wherever the cut', (t) => {
  const three = ['first', 'second', 'third'].map((text) => ({
    kind: 'record' as const,
    database: 'x',
    record: { reference: recordSyntaxes.usmarc, encoding: 'octets' as const, content: utf8(text) },
  }));
  const bytes = encodeApdu({
    type: 'searchResponse',
    resultCount: 30,
    numberOfRecordsReturned: 3,
    nextResultSetPosition: 4,
    searchStatus: true,
    records: { kind: 'records', records: three },
  });
  let most = 0;
  for (let cut = 0; cut < bytes.length; cut += 1) {
    const { hits, records } = salvageApdu(bytes.subarray(0, cut));
    t.ok(hits === null || hits === 30, { diagnostic: false });
    t.same(records, three.slice(0, records.length), { diagnostic: false });
    t.ok(records.length >= most, { diagnostic: false });
    most = records.length;
  }
  t.equal(most, 2);
  t.end();
});
