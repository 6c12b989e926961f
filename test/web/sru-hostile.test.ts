import fc from 'fast-check';
import t from 'tap';
import { firstChild, parseXmlTree, textOf } from '../../src/marc/xml/tree.ts';
import { settled } from '../support/clock.ts';
import { minimalDocument } from '../support/documents.ts';
import { startTestGateway } from '../support/gateway.ts';
import { books } from '../support/searches.ts';
import { diagnosticOf, said } from './sru-reading.ts';

const gateway = await startTestGateway([minimalDocument('lib1')], {
  lib1: { records: books(30) },
});
t.teardown(() => gateway.close());
const get = (url: string) => gateway.app.inject({ method: 'GET', url });

const names = [
  'operation',
  'version',
  'query',
  'queryType',
  'startRecord',
  'maximumRecords',
  'recordPacking',
  'recordXMLEscaping',
  'recordSchema',
  'recordXPath',
  'resultSetTTL',
  'sortKeys',
  'stylesheet',
  'scanClause',
  'x-libraries',
  'x-other',
  '__proto__',
];
const usual = [
  ...['searchRetrieve', 'explain', 'scan', '1.1', '1.2', '2.0', 'cql', 'searchTerms', 'xml'],
  ...['string', 'marcxml', 'dc', 'mods', 'lib1', '@group', '1', '0', '29', '31', '999999999'],
  ...['化学', 'dc.title=化学', 'dc.title=(', 'x sortby dc.date', 'date,dc,0', 'rec.id=r_0'],
  ...['cql.resultSetId=s_x', '"', '<&>', ']]>', '\u0000', '\ud800', '%', 'a'.repeat(3000)],
];
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...usual) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);
const parameters = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 9 });
const known = /^(?:searchRetrieve|explain|scan)Response$/;

t.test('whatever is asked, the answer is a document of the version asked for', async (t) => {
  await fc.assert(
    fc.asyncProperty(parameters, fc.boolean(), async (pairs, posted) => {
      // Injected requests never leave the event loop by themselves, which the server takes for overload.
      await settled();
      const query = pairs
        .map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`)
        .join('&');
      const answer = posted
        ? await gateway.app.inject({
            method: 'POST',
            url: '/sru',
            payload: query,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          })
        : await gateway.app.inject({ method: 'GET', url: `/sru?${query}` });
      const root = parseXmlTree(answer.rawPayload);
      const version = pairs.find(([name]) => name === 'version')?.[1];
      const isOld = version === '1.1' || version === '1.2';
      const said = firstChild(root, 'version');
      const fits = isOld
        ? root.namespace === 'http://www.loc.gov/zing/srw/' && said && textOf(said) === version
        : version !== '2.0' || root.namespace?.startsWith('http://docs.oasis-open.org/ns/');
      return answer.statusCode === 200 && known.test(root.name) && Boolean(fits);
    }),
    { numRuns: 400 },
  );
  t.pass('held');
});

t.test('raw bytes of an address never break the answer', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 60 }), async (text) => {
      await settled();
      const url = `/sru?query=${text.replace(/[^\x21-\x7e]|#/g, '%')}`;
      const answer = await gateway.app.inject({ method: 'GET', url });
      return answer.statusCode === 200 && known.test(parseXmlTree(answer.rawPayload).name);
    }),
    { numRuns: 200 },
  );
  t.pass('held');
});

t.test('what is not a form is not taken for one', async (t) => {
  for (const type of ['text/xml', 'application/json']) {
    const headers = { 'content-type': type };
    const answer = await gateway.app.inject({
      method: 'POST',
      url: '/sru',
      payload: '{}',
      headers,
    });
    t.equal(answer.statusCode, 415, type);
  }
});

t.test('nothing in a request becomes markup of the answer', async (t) => {
  const hostile = [
    '"]]><!--</query>&amp;\u0001"',
    'dc.title="<script>alert(1)</script>"',
    '<!DOCTYPE x [<!ENTITY y "z">]>',
  ];
  for (const query of hostile) {
    for (const version of ['1.1', '1.2', '2.0']) {
      const asked = { version, query, stylesheet: '"><x/>', 'x-libraries': 'lib1' };
      const answer = await get(`/sru?${new URLSearchParams(asked)}`);
      const root = parseXmlTree(answer.rawPayload);
      t.match(root.name, 'searchRetrieveResponse');
      const echoed = said(root, 'echoedSearchRetrieveRequest', 'query');
      t.equal(echoed, query.replaceAll('\u0001', '\ufffd'));
    }
  }
  const broken = await get('/sru?query=%BB%AF%D1%A7');
  t.equal(diagnosticOf(parseXmlTree(broken.rawPayload)).number, 10, 'GBK is not taken for words');
});

t.test('above the number of searches that may be in progress it says so at once', async (t) => {
  const busy = await startTestGateway([minimalDocument('slow')], { slow: { hangs: true } });
  t.teardown(() => busy.close());
  const started: string[] = [];
  for (let n = 0; n < 200; n += 1) {
    const url = `/api/v1/search?q=busy${n}&answer=now`;
    started.push((await busy.app.inject({ method: 'GET', url })).json().id);
  }
  const answer = await busy.app.inject({ method: 'GET', url: '/sru?version=1.2&query=another' });
  t.equal(answer.statusCode, 503);
  t.equal(answer.headers['retry-after'], '1');
  t.equal(diagnosticOf(parseXmlTree(answer.rawPayload)).number, 2);
  for (const id of started) {
    await busy.app.inject({ method: 'DELETE', url: `/api/v1/search/${id}` });
  }
});
