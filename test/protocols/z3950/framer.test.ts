import fc from 'fast-check';
import t from 'tap';
import { Z3950Error } from '../../../src/protocols/z3950/errors.ts';
import { BerFramer } from '../../../src/protocols/z3950/framer.ts';
import { clientLimits } from '../../../src/protocols/z3950/limits.ts';

const hex = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** A PDU of `size` bytes whose content is one octet string, with definite or indefinite outer length. */
function pdu(size: number, indefinite: boolean): Uint8Array {
  const content = size - (indefinite ? 10 : 12);
  const octets = [
    0x84,
    content >>> 24,
    (content >>> 16) & 0xff,
    (content >>> 8) & 0xff,
    content & 0xff,
  ];
  const outer = indefinite ? [0xb9, 0x80] : lengthHeader(0xb9, size - 6);
  const bytes = new Uint8Array(size).fill(0x41);
  bytes.set([...outer, 0x81, ...octets]);
  if (indefinite) bytes.fill(0, size - 2);
  return bytes;
}

function lengthHeader(tag: number, length: number): number[] {
  return [
    tag,
    0x84,
    length >>> 24,
    (length >>> 16) & 0xff,
    (length >>> 8) & 0xff,
    length & 0xff,
  ].slice(0, 6);
}

function deliver(framer: BerFramer, bytes: Uint8Array, size: number): Uint8Array[] {
  const done: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    done.push(...framer.write(bytes.slice(at, at + size)));
  }
  return done;
}

t.test('cuts PDUs of both kinds of length out of any reads', (t) => {
  const anyPdu = fc
    .tuple(fc.integer({ min: 12, max: 400 }), fc.boolean())
    .map(([size, indefinite]) => pdu(size, indefinite));
  fc.assert(
    fc.property(
      fc.array(anyPdu, { maxLength: 6 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
      (pdus, sizes) => {
        const framer = new BerFramer();
        const stream = Buffer.concat(pdus);
        const found: Uint8Array[] = [];
        for (let at = 0; at < stream.length; ) {
          const size = sizes.next().value as number;
          found.push(...framer.write(new Uint8Array(stream.subarray(at, at + size))));
          at += size;
        }
        t.same(
          found.map((one) => Buffer.from(one).toString('hex')),
          pdus.map((one) => Buffer.from(one).toString('hex')),
          { diagnostic: false },
        );
      },
    ),
    { numRuns: 100 },
  );
  t.end();
});

t.test('follows indefinite lengths inside each other, mixed with definite ones', (t) => {
  const bytes = hex('b9 80 bc 80 30 03 81 01 00 30 80 a1 80 81 02 00 00 00 00 00 00 00 00 00 00');
  const framer = new BerFramer();
  t.same(
    deliver(framer, bytes, 1).map((one) => one.length),
    [bytes.length],
  );
  t.same(new BerFramer().write(Buffer.concat([bytes, bytes])).length, 2);
  t.end();
});

t.test('keeps what has come of a PDU that has not ended', (t) => {
  const framer = new BerFramer();
  t.same(framer.write(hex('b9 05 81 03 41')), []);
  t.same([...framer.pending], [...hex('b9 05 81 03 41')]);
  t.equal(framer.write(hex('42 43 b9 00')).length, 2);
  t.equal(framer.pending.length, 0);
  t.end();
});

t.test('refuses what is no PDU, or too much of one, at the first byte that tells', (t) => {
  const nested = Buffer.concat(Array.from({ length: 33 }, () => hex('b9 80')));
  const cases: [string, string, Uint8Array][] = [
    ['an HTTP answer', 'not_z3950', new TextEncoder().encode('HTTP/1.1 400 Bad Request')],
    ['zeros', 'not_z3950', new Uint8Array(4)],
    ['a primitive value', 'not_z3950', hex('99 01 00')],
    ['five octets of length', 'ber_length', hex('b9 85 00 00 00 00 01')],
    ['the reserved length', 'ber_length', hex('b9 ff')],
    ['a declared length beyond the cap', 'pdu_too_large', hex('b9 84 7f ff ff ff')],
    ['a long value within an indefinite one', 'pdu_too_large', hex('b9 80 81 84 00 40 00 00')],
    ['an indefinite primitive', 'ber_length', hex('b9 80 81 80')],
    ['end-of-contents with a length', 'ber_length', hex('b9 80 00 01 00')],
    ['indefinite values nested too deep', 'ber_depth', nested],
    ['a tag without an end', 'ber_tag', hex('b9 80 9f ff ff ff ff')],
  ];
  for (const [name, reason, bytes] of cases) {
    for (const size of [bytes.length, 1]) {
      const error = thrown(() => deliver(new BerFramer(), bytes, size));
      t.ok(error instanceof Z3950Error, name);
      t.equal((error as Z3950Error).reason, reason, name);
    }
  }
  t.end();
});

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

t.test('an endless PDU ends at the cap, holding no more than twice of it', (t) => {
  const framer = new BerFramer({ ...clientLimits, pduBytes: 64 * 1024 });
  const piece = pdu(4096, false).slice(6);
  framer.write(hex('b9 80'));
  let sent = 2;
  const error = thrown(() => {
    for (;;) {
      framer.write(piece);
      sent += piece.length;
    }
  });
  t.equal((error as Z3950Error).reason, 'pdu_too_large');
  t.ok(sent <= 64 * 1024);
  t.end();
});

t.test('costs the same work for each byte, whatever the size of PDU and read', (t) => {
  for (const size of [1024, 64 * 1024, 4 * 1024 * 1024]) {
    for (const read of [1, 7, 1460, 65_536]) {
      if (size / read > 1_000_000) continue;
      for (const indefinite of [false, true]) {
        const framer = new BerFramer();
        t.equal(deliver(framer, pdu(size, indefinite), read).length, 1);
        const { examined, copied } = framer.work;
        t.ok(examined <= 16, `${examined} bytes looked at of ${size}`);
        t.ok(copied <= 4 * size, `${copied} bytes copied of ${size} in reads of ${read}`);
      }
    }
  }
  t.end();
});
