import t from 'tap';
import type { Z3950Input } from '../../../src/members/document.ts';
import type {
  Apdu,
  Attribute,
  Rpn,
  SearchRequest,
} from '../../../src/protocols/z3950/apdu/index.ts';
import { encodeChoice, findProposal } from '../../../src/protocols/z3950/negotiation.ts';
import { iso10646, queryLanguages } from '../../../src/protocols/z3950/oid.ts';
import { ask, connectorTo, loopbackEgress } from '../../support/z3950-ask.ts';
import {
  failed,
  found,
  granting,
  numbered,
  type ScriptedAnswer,
  startScriptedServer,
} from '../../support/z3950-server.ts';

const egress = loopbackEgress();
t.teardown(() => egress.close());

/** Asks each query in turn on one connector; the script sees Search requests only. */
async function askAll(
  settings: Partial<Z3950Input>,
  queries: readonly string[],
  script: (apdu: SearchRequest) => ScriptedAnswer,
  init: (apdu: Apdu) => ScriptedAnswer = () => granting(),
) {
  const server = await startScriptedServer((apdu) => {
    if (apdu.type === 'initRequest') return init(apdu);
    return apdu.type === 'searchRequest' ? script(apdu) : null;
  });
  const connector = connectorTo(egress, { ...settings, port: server.port });
  const told = [];
  for (const query of queries) told.push(await ask(connector, query));
  await connector.close();
  await server.close();
  const searches = server.requests.filter((one) => one.type === 'searchRequest');
  const { requests, reads } = server;
  return { told, searches, spoken: searches.map(spell), requests, reads };
}

/** A query as `1=4 4=1 "text"`, operators in front. */
function spell(request: SearchRequest): string {
  const { query } = request;
  return query.type === 'type-1' || query.type === 'type-101' ? spellNode(query.rpn) : query.type;
}

function spellNode(node: Rpn): string {
  if (node.type === 'operation') {
    const operator = typeof node.operator === 'string' ? node.operator : 'prox';
    return `${operator} ${spellNode(node.left)} ${spellNode(node.right)}`;
  }
  if (node.type === 'resultSet') return `@set ${node.name}`;
  const octets = node.term.kind === 'general' ? node.term.octets : new Uint8Array();
  return [...node.attributes.map(spellAttribute), `"${new TextDecoder().decode(octets)}"`].join(
    ' ',
  );
}

const spellAttribute = ({ type, value }: Attribute): string => `${type}=${value}`;

const attributeValues = (request: SearchRequest, type: number): (number | string)[] => {
  const values: (number | string)[] = [];
  for (const match of spell(request).matchAll(/(\d+)=(\S+)/g)) {
    if (Number(match[1]) === type) values.push(Number(match[2]));
  }
  return values;
};

/** A server that refuses a value of an attribute type with a condition, and finds three records else. */
const refusing = (type: number, value: number, condition: number) => (apdu: SearchRequest) =>
  attributeValues(apdu, type).includes(value)
    ? failed(condition, String(condition === 113 ? type : value))
    : found(3, numbered(1, 3));

t.test('takes the next alternative of an index that is refused, and remembers it', async (t) => {
  const indexes = { any: { '1': 1016 }, title: [{ '1': 5 }, { '1': 6 }, { '1': 4 }] };
  const script = (apdu: SearchRequest) => {
    const [use = 0] = attributeValues(apdu, 1);
    return use === 4 ? found(3, numbered(1, 3)) : failed(114, String(use));
  };
  const { told, spoken } = await askAll({ indexes }, ['title=chemistry', 'title=physics'], script);
  t.match(told[0]?.outcome, { hits: 3, simplified: [] });
  t.same(spoken, ['1=5 "chemistry"', '1=6 "chemistry"', '1=4 "chemistry"', '1=4 "physics"']);
  t.equal(told[1]?.roundTrips, 1);
});

t.test('blames the index that the diagnostic names', async (t) => {
  const indexes = { author: [{ '1': 1003 }, { '1': 1 }], title: [{ '1': 5 }, { '1': 4 }] };
  const { spoken } = await askAll(
    { indexes },
    ['author=marsh and title=chemistry'],
    refusing(1, 5, 114),
  );
  t.same(spoken, ['and 1=1003 "marsh" 1=5 "chemistry"', 'and 1=1003 "marsh" 1=4 "chemistry"']);
});

t.test('lets only the any-index go without its Use attribute', async (t) => {
  const any = await askAll(
    { indexes: { any: { '1': 1016 } } },
    ['chemistry'],
    refusing(1, 1016, 114),
  );
  t.match(any.told[0]?.outcome, { hits: 3 });
  t.same(any.spoken, ['1=1016 "chemistry"', '"chemistry"']);
  const title = await askAll({ indexes: { title: { '1': 4 } } }, ['title=x1'], refusing(1, 4, 114));
  t.match(title.told[0]?.error, { code: 'unsupported', reason: 'bib1_114' });
  t.equal(title.spoken.length, 1);
});

t.test('drops an attribute that only narrows, and says so', async (t) => {
  const cases: [number, number, number][] = [
    [117, 2, 3],
    [118, 4, 1],
    [119, 3, 1],
    [120, 5, 100],
    [122, 6, 3],
    [123, 6, 2],
    [113, 6, 3],
  ];
  for (const [condition, type, value] of cases) {
    const indexes = { title: { '1': 4, [String(type)]: value } };
    const { told, spoken } = await askAll(
      { indexes },
      ['title=chemistry', 'title=physics'],
      refusing(type, value, condition),
    );
    t.match(
      told[0]?.outcome,
      { hits: 3, simplified: [{ code: 'attribute_dropped' }] },
      `${condition}`,
    );
    t.match(told[1]?.outcome, { simplified: [{ code: 'attribute_dropped' }] });
    t.same(spoken, [`1=4 ${type}=${value} "chemistry"`, '1=4 "chemistry"', '1=4 "physics"']);
  }
});

t.test('asks for words with and where a word list is refused', async (t) => {
  const indexes = { title: { '1': 4, all: { '4': 6 } } };
  const query = 'title all "history of chemistry"';
  const { told, spoken } = await askAll({ indexes }, [query], refusing(4, 6, 118));
  t.match(told[0]?.outcome, { hits: 3, simplified: [] });
  t.same(spoken, [
    '1=4 4=6 "history of chemistry"',
    'and and 1=4 "history" 1=4 "of" 1=4 "chemistry"',
  ]);
});

t.test('keeps an attribute without which hits would be lost', async (t) => {
  const cases: [number, number, number, string][] = [
    [120, 5, 1, 'title=chem*'],
    [117, 2, 4, 'year >= 2000'],
    [119, 3, 3, 'title=chemistry'],
  ];
  for (const [condition, type, value, query] of cases) {
    const indexes = { title: { '1': 4, ...(type === 3 ? { '3': 3 } : {}) }, year: { '1': 31 } };
    const { told, spoken } = await askAll({ indexes }, [query], refusing(type, value, condition));
    t.match(told[0]?.error, { code: 'unsupported', reason: `bib1_${condition}` }, query);
    t.equal(spoken.length, 1);
  }
});

t.test('tries the forms of an ISBN in order while nothing is found', async (t) => {
  const terms = {
    isbn: ['hyphen13', 'plain13', 'plain10'] as ('hyphen13' | 'plain13' | 'plain10')[],
  };
  const isbn = '978-7-312-03389-6';
  const script = (apdu: SearchRequest) =>
    spell(apdu).includes('"731203389X"') ? found(1, numbered(1, 1)) : found(0);
  const { told, spoken } = await askAll({ terms }, [`isbn=${isbn}`], script);
  t.match(told[0]?.outcome, { hits: 1, fetched: 1 });
  t.equal(spoken.length, 3);
  t.equal(spoken[0], `1=7 "${isbn}"`);
  const none = await askAll({ terms }, [`isbn=${isbn}`], () => found(0));
  t.match(none.told[0]?.outcome, { hits: 0, exact: true });
  t.equal(none.spoken.length, 3);
});

t.test('asks once for forms of an ISBN that are the same', async (t) => {
  const isbn: ('hyphen13' | 'plain13' | 'hyphen10' | 'plain10')[] = [
    'hyphen13',
    'plain13',
    'hyphen10',
    'plain10',
  ];
  const { spoken } = await askAll({ terms: { isbn } }, ['isbn=979-10-90636-07-1'], () => found(0));
  t.same(spoken, ['1=7 "979-10-90636-07-1"', '1=7 "9791090636071"']);
});

t.test('sends terms in the charset of the library, and none that it cannot write', async (t) => {
  const { told, searches } = await askAll({ charset: 'gbk' }, ['title=朱镕基', 'title=𠮷野'], () =>
    found(0),
  );
  t.equal(searches.length, 1);
  t.match(searches[0], {
    query: { rpn: { term: { octets: Buffer.from('d6ece946bbf9', 'hex') } } },
  });
  t.match(told[1]?.error, { code: 'unsupported', reason: 'unmappable_term' });
});

t.test('proposes UTF-8 where the document says so, and sends what was agreed', async (t) => {
  const agreeing = (accept: boolean) => () => ({
    ...granting(),
    otherInformation: [
      encodeChoice({
        encoding: accept ? iso10646.utf8 : null,
        privateName: null,
        language: null,
        recordsToo: true,
      }),
    ],
  });
  const settings = { charset: 'gbk', negotiateCharset: true, pipeline: true } as const;
  for (const [accept, bytes] of [
    [true, 'e58c96'],
    [false, 'bbaf'],
  ] as const) {
    const { searches, requests } = await askAll(
      settings,
      ['title=化'],
      () => found(0),
      agreeing(accept),
    );
    const [init] = requests;
    t.ok(init?.type === 'initRequest' && findProposal(init.otherInformation) !== null);
    t.match(searches[0], { query: { rpn: { term: { octets: Buffer.from(bytes, 'hex') } } } });
  }
});

t.test(
  'proposes languages as the document says, without waiting for what comes of it',
  async (t) => {
    const choice = { encoding: null, privateName: null, language: 'chi', recordsToo: false };
    const { requests, reads, told } = await askAll(
      { negotiateLanguages: ['chi', 'eng'], pipeline: true },
      ['title=a'],
      () => found(0),
      () => ({ ...granting(), otherInformation: [encodeChoice(choice)] }),
    );
    t.match(told[0]?.outcome, { hits: 0 });
    const [init] = requests;
    t.ok(init?.type === 'initRequest');
    if (init?.type !== 'initRequest') return;
    t.ok(init.options.includes('negotiationModel'));
    t.match(findProposal(init.otherInformation), { encodings: [], languages: ['chi', 'eng'] });
    t.equal(reads[0], 2, 'terms do not depend on the language: Init and Search go in one write');
    const plain = await askAll({}, ['title=a'], () => found(0));
    t.ok(plain.requests[0]?.type === 'initRequest');
    t.notMatch(plain.requests[0], { options: ['negotiationModel'] });
    t.equal(
      plain.requests[0]?.type === 'initRequest' && plain.requests[0].otherInformation,
      undefined,
    );
  },
);

t.test('names itself as the document says, with secrets from the environment', async (t) => {
  const cases: [Z3950Input['auth'], unknown][] = [
    [{ kind: 'anonymous' }, undefined],
    [
      { kind: 'open', user: 'reader', passwordEnv: 'PASS' },
      { kind: 'open', token: 'reader/secret' },
    ],
    [
      { kind: 'idPass', group: 'g', userEnv: 'USER_NAME', passwordEnv: 'PASS' },
      { kind: 'idPass', group: 'g', user: 'me', password: 'secret' },
    ],
  ];
  for (const [auth, expected] of cases) {
    const server = await startScriptedServer((apdu) =>
      apdu.type === 'initRequest' ? granting() : apdu.type === 'searchRequest' ? found(0) : null,
    );
    const secrets = { PASS: 'secret', USER_NAME: 'me' };
    const settings = { port: server.port, ...(auth === undefined ? {} : { auth }) };
    const connector = connectorTo(egress, settings, secrets);
    t.match((await ask(connector, 'x1')).outcome, { hits: 0 });
    const [init] = server.requests;
    t.same(init?.type === 'initRequest' ? init.authentication : null, expected);
    await connector.close();
    const without = connectorTo(egress, settings);
    const { error } = await ask(without, 'x1');
    if (expected === undefined) t.equal(error, null);
    else t.match(error, { code: 'refused', reason: 'secret_missing' });
    await without.close();
    await server.close();
  }
});

t.test('sends proximity where the document has it, as type 101 under version 2', async (t) => {
  const version2 = () => ({ ...granting(), versions: [1, 2] });
  const near = 'title=history prox/unit=word/distance<=2 title=chemistry';
  const queries = ['title=chemistry', near];
  const old = await askAll({ proximity: true }, queries, () => found(0), version2);
  t.match(old.searches, [{ query: { type: 'type-1' } }, { query: { type: 'type-101' } }]);
  t.equal(old.spoken[1], 'prox 1=4 "history" 1=4 "chemistry"');
  const current = await askAll({ proximity: true }, [near], () => found(0));
  t.match(current.searches[0], { query: { type: 'type-1' } });
  const without = await askAll({}, [near], () => found(0));
  t.equal(without.spoken[0], 'and 1=4 "history" 1=4 "chemistry"');
  t.match(without.told[0]?.outcome?.simplified, [{ code: 'proximity_widened' }]);
  const always = await askAll({ repairs: ['type-101'] }, ['title=chemistry'], () => found(0));
  t.match(always.searches[0], { query: { type: 'type-101' } });
});

t.test('sends CQL where the document wants it and the library grants it', async (t) => {
  const settings: Partial<Z3950Input> = { repairs: ['cql-query'] };
  const granted = () => granting(['search', 'present', 'queryType104']);
  const cql = await askAll(settings, ['title=chemistry'], () => found(0), granted);
  t.match(cql.searches[0], {
    query: { type: 'type-104', external: { reference: queryLanguages.cql } },
  });
  const refused = await askAll(settings, ['title=chemistry'], () => found(0));
  t.match(refused.searches[0], { query: { type: 'type-1' } });
});
