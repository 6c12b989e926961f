import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decodeFind } from '../../../src/protocols/xservice/answer.ts';
import { decodePublishAvail } from '../../../src/protocols/xservice/availability.ts';
import { readDocument } from '../../../src/protocols/xservice/document.ts';
import {
  decodeCircStatus,
  decodeItemData,
  decodeReadItem,
} from '../../../src/protocols/xservice/items.ts';
import {
  decodeBorAuth,
  decodeBorInfo,
  decodeHoldReq,
  decodeHoldReqCancel,
  decodeRenew,
} from '../../../src/protocols/xservice/patrons.ts';
import { corpus, withoutCorpus } from '../../support/requirements.ts';
import { thrownBy } from '../support.ts';

const folder = join(import.meta.dirname, '../../fixtures/xservice');
const document = (op: string, file = op) =>
  readDocument(op, readFileSync(join(folder, `${file}.xml`)));

t.test('reads a found set with its zeros, and where the server keeps fewer entries', async (t) => {
  t.same(decodeFind(document('find')), {
    kind: 'found',
    set: { setNumber: '000417', records: 156, entries: 100 },
  });
  t.same(decodeFind(document('find', 'find-empty')), { kind: 'empty' });
});

t.test('takes a login root for a refusal and any other root for another document', async (t) => {
  const login = readFileSync(join(folder, 'login.xml'));
  t.match(
    thrownBy(() => readDocument('find', login)),
    { reason: 'x_login', code: 'refused' },
  );
  const other = readFileSync(join(folder, 'renew.xml'));
  t.match(
    thrownBy(() => readDocument('find', other)),
    { reason: 'not_xservice' },
  );
  const page = Buffer.from('<html><body>Login</body></html>');
  t.match(
    thrownBy(() => readDocument('find', page)),
    { reason: 'html_answer' },
  );
});

t.test('accepts a root with its own case and dashes', async (t) => {
  const capital = Buffer.from('<ill-LOAN-INFO><z36/></ill-LOAN-INFO>');
  t.equal(readDocument('ill-loan-info', capital).root.name, 'ill-LOAN-INFO');
  t.same(readDocument('publish-avail', Buffer.from('<publish_avail/>')).errors, []);
});

t.test('reads copies with their status, and repairs a bare ampersand', async (t) => {
  const entries = decodeCircStatus(document('circ-status'));
  t.match(entries, [
    {
      item: {
        status: 'available',
        dueDate: null,
        callNumber: 'TQ02/471',
        volume: 'v.1',
        location: '中文基藏 A区',
        barcode: '3100000000017',
        lendable: null,
      },
    },
    { item: { status: 'on_loan', dueDate: '2027-01-31' }, requests: '2 (1/1)', note: '勿折' },
    { item: { status: 'unavailable', location: '书库 & 阅览室' }, due: 'Lost' },
    { item: { status: 'on_loan', dueDate: null }, due: '03/04/2027' },
    { item: { status: 'unknown' }, due: null },
  ]);
  t.equal(entries.length, 5);
});

t.test('keeps the key that requests need', async (t) => {
  t.match(decodeItemData(document('item-data')), [
    {
      admDocument: '000099001',
      itemSequence: '000010',
      onHold: false,
      requested: true,
      item: { callNumber: 'TQ02 471', status: 'unknown' },
    },
    { item: { status: 'on_loan', dueDate: '2027-01-31', callNumber: 'TQ02/471' }, onHold: null },
  ]);
  t.match(decodeReadItem(document('read-item')), {
    admDocument: '000099001',
    itemSequence: '000010',
    item: { barcode: '3100000000017', callNumber: 'TQ02 471', status: 'unknown' },
    z30: { 'z30-material': 'BOOK' },
  });
  t.equal(decodeReadItem(document('read-item', 'read-item-unknown')), null);
});

t.test('reads how copies stand, and what a server leaves open', async (t) => {
  t.same(decodePublishAvail(document('publish-avail')), [
    {
      document: '000012345',
      copies: [
        {
          library: 'DEM50',
          location: '中文基藏 A区',
          callNumber: 'TQ02/471',
          status: 'available',
          written: 'available',
          items: 3,
          lent: 1,
        },
        {
          library: 'DEM50',
          location: '书库 & 阅览室',
          callNumber: null,
          status: 'unknown',
          written: 'check_holdings',
          items: null,
          lent: null,
        },
      ],
    },
    {
      document: '000012346',
      copies: [
        {
          library: 'DEM50',
          location: null,
          callNumber: null,
          status: 'unavailable',
          written: 'unavailable',
          items: null,
          lent: null,
        },
      ],
    },
    { document: '999999999', copies: null },
  ]);
});

t.test('reads a card, what it has, and a wrong verification', async (t) => {
  t.match(decodeBorAuth(document('bor-auth')), {
    z303: { 'z303-id': 'INST000000001' },
    z305: { 'z305-expiry-date': '20301231' },
  });
  t.equal(decodeBorAuth(document('bor-auth', 'bor-auth-wrong')), null);
  t.match(decodeBorInfo(document('bor-info')), {
    loans: [{ dueDate: '2027-01-31', dueHour: '2400', z30: { 'z30-barcode': '3100000000024' } }],
    holds: [{ z37: { 'z37-status': 'In process' }, z13: { 'z13-title': '化学工程设计' } }],
    fines: [{ z31: { 'z31-sum': '5.00' } }],
    balance: '5.00',
    sign: 'D',
  });
});

t.test('tells done from refused, also where success is said in an error', async (t) => {
  t.match(decodeHoldReq(document('hold-req')), {
    ok: true,
    value: { sequence: '0001', status: 'In process' },
  });
  t.match(decodeHoldReq(document('hold-req', 'hold-req-refused')), {
    ok: false,
    reasons: [/^Both Doc number/],
  });
  t.match(decodeHoldReqCancel(document('hold-req-cancel')), { ok: true });
  t.match(decodeHoldReqCancel(document('hold-req-cancel', 'update-success')), { ok: true });
  t.match(decodeRenew(document('renew')), { ok: true, value: { dueDate: '2027-02-28' } });
  const refused = decodeRenew(document('renew', 'renew-refused'));
  t.equal(refused.ok ? 0 : refused.reasons.length, 2);
});

t.test('reads captured answers of other servers', { skip: withoutCorpus() }, async (t) => {
  const captured = (...path: string[]) => readFileSync(corpus('aleph', ...path));
  t.match(decodeFind(readDocument('find', captured('solvberget', 'Find.xml'))), {
    kind: 'found',
    set: { setNumber: '008640', records: 12, entries: 12 },
  });
  const copies = decodeCircStatus(
    readDocument('circ-status', captured('umd', 'circ-status-valid-multiple-items.xml')),
  );
  t.match(copies, [
    { item: { status: 'available', barcode: '31430030992236', location: 'CPART Folio' } },
    { item: { status: 'available', callNumber: 'ND623.M6 C58 1990' } },
  ]);
  const missing = readDocument(
    'circ-status',
    captured('umd', 'circ-status-error-item-not-found.xml'),
  );
  t.match(missing.errors, [/999999999 doesn't exist in library/]);
  t.match(decodeReadItem(readDocument('read-item', captured('umd', 'read-item-valid.xml'))), {
    admDocument: '001834879',
    itemSequence: '000010',
    item: { barcode: '32055660182979', callNumber: '.B16765hi', location: 'TU-TU JVFIC' },
  });
});

t.test('every fixture belongs to an operation', async (t) => {
  const ops = ['find', 'present', 'login', 'circ-status', 'item-data', 'read-item', 'bor-auth'];
  ops.push('bor-info', 'hold-req', 'renew', 'update', 'publish-avail');
  for (const file of readdirSync(folder))
    t.ok(
      ops.some((op) => file.startsWith(op)),
      file,
    );
});
