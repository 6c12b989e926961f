import t from 'tap';
import { encodeOtherInformation } from '../../../src/protocols/z3950/apdu/external.ts';
import {
  type Apdu,
  type CloseReason,
  encodeApdu,
  type InitResponse,
  type NamedRecord,
  type OtherInformation,
} from '../../../src/protocols/z3950/apdu/index.ts';
import { context, universal, universalTags } from '../../../src/protocols/z3950/ber/tag.ts';
import * as write from '../../../src/protocols/z3950/ber/write.ts';
import { clientLimits } from '../../../src/protocols/z3950/limits.ts';
import { diagnosticSets, userInformation } from '../../../src/protocols/z3950/oid.ts';
import { ask, connectorTo, loopbackEgress } from '../../support/z3950-ask.ts';
import {
  failed,
  found,
  granting,
  numbered,
  presented,
  presentFailed,
  type ScriptedAnswer,
  startScriptedServer,
  surrogate,
} from '../../support/z3950-server.ts';

const egress = loopbackEgress();
t.teardown(() => egress.close());

type Reply = ScriptedAnswer | readonly ScriptedAnswer[];

/** Asks a server that answers `script` once, and tells what came of it. */
async function askOnce(
  script: (apdu: Apdu, connection: number) => Reply,
  options: Parameters<typeof ask>[2] & { limits?: { pageSize?: number }; pipeline?: boolean } = {},
) {
  const server = await startScriptedServer((apdu, session) => script(apdu, session.number));
  const { limits, pipeline, ...rest } = options;
  const settings = {
    port: server.port,
    ...(limits === undefined ? {} : { limits }),
    ...(pipeline === undefined ? {} : { pipeline }),
  };
  const connector = connectorTo(egress, settings);
  const told = await ask(connector, 'chemistry', rest);
  await connector.close();
  await server.close();
  return { ...told, server };
}

const afterInit = (script: (apdu: Apdu, connection: number) => Reply) => (apdu: Apdu, at: number) =>
  apdu.type === 'initRequest' ? granting() : script(apdu, at);

const refusal = (more: Partial<InitResponse>): InitResponse => ({
  ...granting(),
  result: false,
  ...more,
});

function diag1(condition: number): OtherInformation {
  const value = write.sequence([
    write.sequence([
      write.field(1, [
        write.field(1, [
          write.oid(universal(universalTags.oid), diagnosticSets.bib1),
          write.integer(universal(universalTags.integer), condition),
          write.text(universal(universalTags.generalString), 'somebody'),
        ]),
      ]),
    ]),
  ]);
  return {
    information: {
      kind: 'external',
      external: {
        reference: diagnosticSets.diag1,
        encoding: 'single',
        content: write.encodeBer(value),
      },
    },
  };
}

t.test('says why the library refused the association, wherever it put the reason', async (t) => {
  const units = encodeOtherInformation([diag1(1011)]) as write.BerValue;
  const asSequence = { ...units, tag: universal(universalTags.sequence) };
  const cases: [string, string, Partial<InitResponse>][] = [
    ['refused', 'init_refused', {}],
    ['refused', 'bib1_1010', { otherInformation: [diag1(1010)] }],
    ['busy', 'bib1_1015', { otherInformation: [diag1(1015)] }],
    [
      'refused',
      'bib1_1011',
      {
        userInformation: {
          reference: userInformation.userInfo1,
          encoding: 'single',
          content: write.encodeBer(asSequence),
        },
      },
    ],
    [
      'refused',
      'bib1_1014',
      {
        userInformation: {
          reference: userInformation.oclc,
          encoding: 'single',
          content: write.encodeBer(
            write.sequence([write.integer(context(4), 1014), write.text(context(5), 'no')]),
          ),
        },
      },
    ],
  ];
  for (const [code, reason, more] of cases) {
    const { error } = await askOnce(() => refusal(more));
    t.match(error, { code, reason }, reason);
  }
  t.end();
});

t.test('takes a Close in the place of any answer, and answers it', async (t) => {
  const cases: [CloseReason, string][] = [
    ['shutdown', 'unreachable'],
    ['resources', 'busy'],
    ['costLimit', 'busy'],
    ['securityViolation', 'refused'],
    ['protocolError', 'malformed'],
    ['lackOfActivity', 'unreachable'],
  ];
  for (const [reason, code] of cases) {
    for (const at of ['initRequest', 'searchRequest'] as const) {
      const { error, server } = await askOnce((apdu) => {
        if (apdu.type === at) return { type: 'close', reason };
        return apdu.type === 'initRequest' ? granting() : null;
      });
      t.match(error, { code, reason: `close_${reason}` }, `${reason} for ${at}`);
      t.equal(server.sessions.length, 1);
    }
  }
  t.end();
});

t.test('asks for fewer records where the library closes over many', async (t) => {
  const { outcome, server } = await askOnce(
    afterInit((apdu) => {
      if (apdu.type === 'searchRequest') return found(40);
      if (apdu.type !== 'presentRequest') return null;
      if (apdu.count > 10) return { type: 'close', reason: 'resources' };
      return presented(numbered(apdu.start, apdu.count));
    }),
  );
  t.match(outcome, { hits: 40, fetched: 20, incomplete: null });
  t.equal(server.sessions.length, 2);
});

t.test('halves what it asks for while the library finds it too much', async (t) => {
  const { outcome, server } = await askOnce(
    afterInit((apdu) => {
      if (apdu.type === 'searchRequest') return found(40);
      if (apdu.type !== 'presentRequest') return null;
      return apdu.count > 6 ? presentFailed(31) : presented(numbered(apdu.start, apdu.count));
    }),
  );
  t.match(outcome, { fetched: 20, incomplete: null });
  const counts = server.requests.flatMap((one) =>
    one.type === 'presentRequest' ? [one.count] : [],
  );
  t.same(counts, [20, 10, 5, 5, 5, 5]);
});

t.test('ends at the real end where the count was too high', async (t) => {
  const { outcome } = await askOnce(
    afterInit((apdu) => {
      if (apdu.type === 'searchRequest') return found(156, numbered(1, 14));
      return apdu.type === 'presentRequest' ? presentFailed(13, String(apdu.start)) : null;
    }),
  );
  t.match(outcome, { hits: 14, exact: false, fetched: 14, incomplete: null });
});

t.test('does not ask for ever where nothing or the same comes back', async (t) => {
  const empty = await askOnce(
    afterInit((apdu) => {
      if (apdu.type === 'searchRequest') return found(30);
      return apdu.type === 'presentRequest' ? presented([]) : null;
    }),
  );
  t.match(empty.outcome, { hits: 30, exact: false, fetched: 0, incomplete: /no further records/ });
  const same = await askOnce(
    afterInit((apdu) => {
      if (apdu.type === 'searchRequest') return found(30);
      return apdu.type === 'presentRequest' ? presented(numbered(1, 5)) : null;
    }),
  );
  t.match(same.outcome, { hits: 30, exact: false, fetched: 5, incomplete: /same records again/ });
});

t.test('takes no count for more than it can be', async (t) => {
  const withCount = (count: number, more = {}) =>
    askOnce(
      afterInit((apdu) => (apdu.type === 'searchRequest' ? found(count, [], more) : null)),
      {
        limit: 0,
      },
    );
  t.match((await withCount(-5)).outcome, { hits: 0, exact: false, incomplete: /negative/ });
  t.match((await withCount(2 ** 52)).outcome, { hits: 2_000_000_000, exact: false });
  t.match((await withCount(70, { resultSetStatus: 4 })).outcome, { hits: 70, exact: false });
  t.match((await withCount(70, { resultSetStatus: 1, searchStatus: false })).outcome, {
    hits: 70,
    exact: false,
    incomplete: /only a part/,
  });
  const low = await askOnce(
    afterInit((apdu) => (apdu.type === 'searchRequest' ? found(2, numbered(1, 6)) : null)),
  );
  t.match(low.outcome, { hits: 6, exact: false, fetched: 6 });
});

t.test('changes the syntax where the library has no data in it', async (t) => {
  const only = (oid: RegExp, refuse: (apdu: Apdu & { type: 'presentRequest' }) => Apdu) =>
    askOnce(
      afterInit((apdu) => {
        if (apdu.type === 'searchRequest') return found(3);
        if (apdu.type !== 'presentRequest') return null;
        return oid.test(apdu.preferredRecordSyntax ?? '')
          ? presented(numbered(apdu.start, apdu.count))
          : refuse(apdu);
      }),
    );
  t.match((await only(/\.5\.1$/, () => presentFailed(239))).outcome, { fetched: 3, unreadable: 0 });
  const surrogates = await only(/\.5\.1$/, ({ count }) =>
    presented(Array.from({ length: count }, () => surrogate(238))),
  );
  t.match(surrogates.outcome, { fetched: 3, unreadable: 0 });
  const nothing = await only(/^$/, () => presentFailed(239));
  t.match(nothing.error, { code: 'malformed', reason: 'bib1_239', hits: 3 });
});

t.test('does without an element set that is refused', async (t) => {
  const { outcome, server } = await askOnce(
    afterInit((apdu) => {
      if (apdu.type === 'searchRequest') return found(3);
      if (apdu.type !== 'presentRequest') return null;
      return apdu.elementSetNames === undefined
        ? presented(numbered(1, 3))
        : presentFailed(25, 'F');
    }),
  );
  t.match(outcome, { fetched: 3 });
  t.equal(server.requests.filter((one) => one.type === 'presentRequest').length, 2);
});

t.test('keeps the records that came before a failure, and says how many there are', async (t) => {
  const { error, records, outcome } = await askOnce(
    afterInit((apdu) => {
      if (apdu.type === 'searchRequest') return found(30, numbered(1, 5));
      return apdu.type === 'presentRequest' ? presentFailed(2) : null;
    }),
  );
  t.equal(error, null);
  t.match(outcome, { hits: 30, fetched: 5, incomplete: /temporary system error/ });
  t.equal(records.length, 5);
  const first = await askOnce(
    afterInit((apdu) => {
      if (apdu.type === 'searchRequest') return found(30);
      return apdu.type === 'presentRequest' ? presentFailed(2) : null;
    }),
  );
  t.match(first.error, { code: 'busy', reason: 'bib1_2', hits: 30 });
});

/** An answer cut within its last record, and what happens then. */
const cutOff = (apdu: Apdu, records: readonly NamedRecord[]): Uint8Array => {
  const whole = encodeApdu(found(30, records));
  return apdu.type === 'searchRequest' ? whole.subarray(0, whole.length - 20) : new Uint8Array();
};

t.test('keeps the whole records of an answer that was cut off', async (t) => {
  const { error, records } = await askOnce(
    afterInit((apdu) => [cutOff(apdu, numbered(1, 4)), 'end']),
  );
  t.match(error, { code: 'malformed', reason: 'pdu_truncated', hits: 30 });
  t.equal(records.length, 3);
  const between = await askOnce(
    afterInit((apdu) => (apdu.type === 'searchRequest' ? found(30, numbered(1, 4)) : 'end')),
  );
  t.match(between.error, { code: 'unreachable', reason: 'connect_reset', hits: 30 });
  t.equal(between.records.length, 4);
});

t.test('keeps them at the deadline too, and ends the connection', async (t) => {
  const { error, records, server } = await askOnce(
    afterInit((apdu) => cutOff(apdu, numbered(1, 4))),
    { waitMs: 150 },
  );
  t.match(error, { code: 'timeout', reason: 'deadline', hits: 30 });
  t.equal(records.length, 3);
  t.ok(server.sessions[0]?.socket.destroyed);
});

t.test('ends at the deadline in every phase', async (t) => {
  const never: Record<string, (apdu: Apdu) => Reply> = {
    init: () => null,
    search: (apdu) => (apdu.type === 'initRequest' ? granting() : null),
    present: (apdu) => {
      if (apdu.type === 'initRequest') return granting();
      return apdu.type === 'searchRequest' ? found(30) : null;
    },
  };
  for (const [phase, script] of Object.entries(never)) {
    const { error, phases } = await askOnce(script, { waitMs: 100 });
    t.match(error, { code: 'timeout', hits: phase === 'present' ? 30 : null }, phase);
    t.equal(phases.at(-1), phase);
  }
});

t.test('stops when told to, and lets go of the connection', async (t) => {
  const controller = new AbortController();
  const { error, server } = await askOnce(
    afterInit((apdu) => {
      if (apdu.type === 'searchRequest') controller.abort();
      return null;
    }),
    { signal: controller.signal },
  );
  t.match(error, { code: 'stopped' });
  t.ok(server.sessions[0]?.socket.destroyed);
  const before = await askOnce(() => null, { signal: AbortSignal.abort() });
  t.match(before.error, { code: 'stopped' });
});

t.test('refuses bytes that are not Z39.50, or too many of them', async (t) => {
  const web = new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\n\r\n');
  t.match((await askOnce(() => web)).error, { code: 'malformed', reason: 'not_z3950' });
  const declared = Uint8Array.of(0xb7, 0x84, 0x7f, 0xff, 0xff, 0xff);
  t.match((await askOnce(afterInit(() => declared))).error, {
    code: 'malformed',
    reason: 'pdu_too_large',
  });
  const piece = write.encodeBer(write.primitive(context(1), new Uint8Array(64 * 1024)));
  const endless = [Uint8Array.of(0xb7, 0x80), ...Array(clientLimits.pduBytes / 65_536).fill(piece)];
  t.match((await askOnce(afterInit(() => endless))).error, {
    code: 'malformed',
    reason: 'pdu_too_large',
  });
  t.match((await askOnce(afterInit(() => granting()))).error, { reason: 'apdu_unexpected' });
});

t.test(
  'tells diagnostics apart: busy, refused, unsupported, a fault of the settings',
  async (t) => {
    const cases: [number, string][] = [
      [2, 'busy'],
      [31, 'busy'],
      [1015, 'busy'],
      [101, 'refused'],
      [236, 'refused'],
      [3, 'unsupported'],
      [12, 'unsupported'],
      [116, 'unsupported'],
      [109, 'malformed'],
      [235, 'malformed'],
      [121, 'malformed'],
      [100, 'malformed'],
    ];
    for (const [condition, code] of cases) {
      const { error } = await askOnce(afterInit(() => failed(condition, 'why')));
      t.match(error, { code, reason: `bib1_${condition}`, hits: null }, `${condition}`);
      t.match(error?.message, /why/);
    }
  },
);

t.test('closing is quiet, may come twice, and leaves nothing behind', async (t) => {
  const server = await startScriptedServer((apdu) =>
    apdu.type === 'initRequest' ? granting() : apdu.type === 'searchRequest' ? found(0) : null,
  );
  const connector = connectorTo(egress, { port: server.port });
  await ask(connector, 'chemistry');
  await connector.close();
  await connector.close();
  const late = await ask(connector, 'chemistry');
  t.match(late.error, { code: 'stopped' });
  const socket = server.sessions[0]?.socket;
  if (socket !== undefined && !socket.closed) {
    await new Promise((resolve) => socket.once('close', resolve));
  }
  t.equal(server.requests.at(-1)?.type, 'close');
  await server.close();
});
