import { once } from 'node:events';
import { connect } from 'node:net';
import { createGunzip } from 'node:zlib';
import t, { type Test } from 'tap';
import { encodeTerm } from '../../src/marc/charset/index.ts';
import { decodeIso2709 } from '../../src/marc/formats/iso2709.ts';
import { type Apdu, decodeApdu, encodeApdu } from '../../src/protocols/z3950/apdu/index.ts';
import { BerFramer } from '../../src/protocols/z3950/framer.ts';
import { recordSyntaxes } from '../../src/protocols/z3950/oid.ts';
import {
  type FaultDescription,
  type FaultName,
  type FaultProtocol,
  faultTable,
} from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { initRequest, searchRequest } from './z3950-client.ts';

const libraries: Readonly<Record<FaultProtocol, string>> = {
  z3950: 'demo-chem',
  sru: 'demo-comp',
  xservice: 'demo-nlc',
  http: 'demo-poly',
};
const sandbox = await startSandbox({ delays: false, libraries: Object.values(libraries) });
t.teardown(() => sandbox.close());

interface Exchange {
  readonly bytes: Buffer;
  /** How the server ended it; `cut` where the client had seen enough. */
  readonly ending: 'end' | 'reset' | 'refused' | 'cut';
}

function portOf(protocol: FaultProtocol): number {
  const document = sandbox.documents.find((one) => one.id === libraries[protocol]);
  const connector = document?.connector;
  if (connector?.protocol === 'z3950') return connector.port ?? 0;
  return Number(new URL(connector?.url ?? '').port);
}

/** Sends bytes and reads until the server ends it, or until `enough` has come. */
async function exchange(
  port: number,
  request: Uint8Array,
  enough: (bytes: Buffer) => boolean,
): Promise<Exchange> {
  const socket = connect({ port, host: '127.0.0.1' });
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const finish = (ending: Exchange['ending']): void => {
      socket.destroy();
      resolve({ bytes: Buffer.concat(chunks), ending });
    };
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (enough(Buffer.concat(chunks))) finish('cut');
    });
    socket.on('end', () => finish('end'));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      finish(error.code === 'ECONNREFUSED' ? 'refused' : 'reset'),
    );
  });
}

const term = encodeTerm('化学工程', 'gbk');
const present: Apdu = {
  type: 'presentRequest',
  resultSetName: 'default',
  start: 1,
  count: 3,
  preferredRecordSyntax: recordSyntaxes.unimarc,
};
const huiwenBody = JSON.stringify({
  searchWords: [{ fieldList: [{ fieldCode: '', fieldValue: '化学工程' }] }],
  pageSize: 3,
});
const query = encodeURIComponent('dc.title = "化学工程"');

const requests: Readonly<Record<FaultProtocol, Uint8Array>> = {
  z3950: Buffer.concat(
    [initRequest(), searchRequest('libsys2000', { 1: 4 }, term), present].map(encodeApdu),
  ),
  sru: get(`/demo-comp?operation=searchRetrieve&version=1.2&maximumRecords=3&query=${query}`),
  xservice: get(`/X?op=find&base=NLC01&request=WRD%3D(${encodeURIComponent('化学工程')})`),
  http: Buffer.from(
    `POST /opac/ajax_search_adv.php HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(huiwenBody)}\r\n\r\n${huiwenBody}`,
  ),
};

function get(path: string): Uint8Array {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
}

/** The PDUs that came whole. */
function apdus(bytes: Uint8Array): Apdu[] {
  return new BerFramer().write(bytes).map((one) => decodeApdu(one));
}

const isWhole = (protocol: FaultProtocol, bytes: Buffer): boolean =>
  protocol === 'z3950' && apdus(bytes).length >= 3;

const ask = (protocol: FaultProtocol, enough?: (bytes: Buffer) => boolean): Promise<Exchange> =>
  exchange(
    portOf(protocol),
    requests[protocol],
    enough ?? ((bytes: Buffer) => isWhole(protocol, bytes)),
  );

/** The second page of an X-Service search, where its records are. */
async function presentX(): Promise<Exchange> {
  const found = await ask('xservice');
  const [, set] = /<set_number>([0-9]+)</.exec(found.bytes.toString()) ?? [];
  return exchange(
    portOf('xservice'),
    get(`/X?op=present&set_number=${set}&set_entry=000000001-000000003`),
    () => false,
  );
}

type Check = (t: Test, protocol: FaultProtocol) => Promise<void>;

/** A request of another phase than search, for each protocol. */
const others: Readonly<Record<FaultProtocol, Uint8Array>> = {
  z3950: encodeApdu(initRequest()),
  sru: get('/demo-comp?operation=explain&version=1.2'),
  xservice: get('/X?op=find-doc&base=NLC01&doc_num=000000001'),
  http: get('/opac/ajax_item.php?marc_no=0000000001'),
};

/** The answers that have come to a search so far; Init's does not count. */
function searchAnswers(protocol: FaultProtocol, bytes: Buffer): number {
  if (protocol !== 'z3950') return bytes.length;
  return apdus(bytes).filter((one) => one.type !== 'initResponse').length;
}

/** A fault that keeps a search waiting: what is looked at is who is answered meanwhile. */
const keepsSearchesWaiting =
  (name: 'slow' | 'hang' | 'hang-after-init'): Check =>
  async (t, protocol) => {
    await sandbox.inject(libraries[protocol], `${name}@search`);
    const socket = connect({ port: portOf(protocol), host: '127.0.0.1' });
    await once(socket, 'connect');
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
    });
    socket.write(requests[protocol]);
    const enough = (bytes: Buffer): boolean => protocol === 'z3950' && apdus(bytes).length > 0;
    for (let turn = 0; turn < 5; turn += 1) {
      const { bytes } = await exchange(portOf(protocol), others[protocol], enough);
      t.ok(bytes.length > 20, 'others are answered');
    }
    t.equal(searchAnswers(protocol, received), 0, 'the search is not');
    socket.destroy();
  };

const text = (exchange: Exchange): string => exchange.bytes.toString('utf8');

const checks: Readonly<Record<FaultName, Check>> = {
  slow: keepsSearchesWaiting('slow'),
  hang: keepsSearchesWaiting('hang'),
  'hang-after-init': keepsSearchesWaiting('hang-after-init'),
  reset: async (t, protocol) => {
    const { bytes, ending } = await ask(protocol);
    t.same([bytes.length, ending], [0, 'reset']);
  },
  'reset-once': async (t, protocol) => {
    t.equal((await ask(protocol)).ending, 'reset');
    t.ok((await ask(protocol)).bytes.length > 100);
  },
  flaky: async (t, protocol) => {
    const endings: boolean[] = [];
    for (let search = 0; search < 8; search += 1)
      endings.push((await ask(protocol)).ending === 'reset');
    t.same(endings, [true, true, false, false, true, true, false, false]);
  },
  'reset-mid-record': async (t, protocol) => {
    const { bytes, ending } = await ask(protocol);
    t.equal(ending, 'reset');
    t.ok(bytes.length > 20);
  },
  garbage: async (t, protocol) => {
    const { bytes } = await ask(protocol, () => false);
    t.ok(bytes.length > 0);
    t.notMatch(bytes.toString('latin1'), /^HTTP\/1\.1/);
    if (protocol === 'z3950') t.throws(() => apdus(bytes));
  },
  truncate: async (t, protocol) => {
    const { bytes, ending } = await ask(protocol, () => false);
    t.equal(ending, 'end');
    if (protocol === 'z3950') t.equal(apdus(bytes).length, 0);
    else t.notMatch(bytes.toString(), /<\/(srw:searchRetrieveResponse|find)>|"errMsg"/);
  },
  refuse: async (t, protocol) => {
    t.equal((await ask(protocol)).ending, 'refused');
    await sandbox.inject(libraries[protocol], null);
    t.ok((await ask(protocol)).bytes.length > 100, 'and listens again on the same port');
  },
  drip: async (t, protocol) => {
    const { bytes } = await ask(protocol, (so) => protocol === 'z3950' || so.includes('\r\n\r\n'));
    const body = protocol === 'z3950' ? bytes : bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
    t.ok(body.length <= 1);
  },
  'endless-pdu': async (t, protocol) => {
    const { ending } = await ask(protocol, (bytes) => bytes.length > 2_000_000);
    t.equal(ending, 'cut');
  },
  'wrong-count': async (t, protocol) => {
    const right = await countWithout(protocol);
    t.ok((await countOf(protocol)) > right);
  },
  'negative-count': async (t, protocol) => {
    t.equal(await countOf(protocol), -5);
  },
  'duplicate-records': async (t, protocol) => {
    const ids = await idsOf(protocol);
    t.equal(ids.length, 3);
    t.equal(new Set(ids).size, 1);
  },
  'wrong-charset': async (t, protocol) => {
    const { bytes } = protocol === 'xservice' ? await presentX() : await ask(protocol);
    const other = encodeTerm('化学工程', protocol === 'z3950' ? 'utf-8' : 'gbk');
    t.ok(bytes.includes(Buffer.from(other)));
  },
  'wrong-syntax': async (t, protocol) => {
    const { bytes } = protocol === 'xservice' ? await presentX() : await ask(protocol);
    if (protocol === 'z3950') {
      const [, , page] = apdus(bytes);
      const records = page?.type === 'presentResponse' ? page.records : undefined;
      const [first] = records?.kind === 'records' ? records.records : [];
      t.equal(first?.kind === 'record' ? first.record.reference : '', recordSyntaxes.sutrs);
    } else {
      t.match(bytes.toString(), /srw_dc:dc|<record xmlns/);
    }
  },
  'empty-present': async (t, protocol) => {
    t.ok((await countOf(protocol)) > 10, 'a count is given');
    t.same(await idsOf(protocol), []);
  },
  'close-instead': async (t) => {
    const { bytes } = await ask('z3950', () => false);
    t.equal(apdus(bytes).at(-1)?.type, 'close');
  },
  'http-500': async (t, protocol) => {
    t.match(text(await ask(protocol)), /^HTTP\/1\.1 500/);
  },
  'http-429': async (t, protocol) => {
    t.match(text(await ask(protocol)), /^HTTP\/1\.1 429[\s\S]*\r\nretry-after: 30\r\n/);
  },
  'redirect-loop': async (t, protocol) => {
    const answer = text(await ask(protocol));
    const [, path] = /^(?:GET|POST) (\S+)/.exec(Buffer.from(requests[protocol]).toString()) ?? [];
    const [, location] = /\r\nlocation: (\S+)\r\n/i.exec(answer) ?? [];
    t.match(answer, /^HTTP\/1\.1 302/);
    t.equal(location, path);
  },
  'html-for-xml': async (t, protocol) => {
    t.match(text(await ask(protocol)), /^HTTP\/1\.1 200[\s\S]*<!DOCTYPE html>/);
  },
  'invalid-characters': async (t, protocol) => {
    const { bytes } = protocol === 'xservice' ? await presentX() : await ask(protocol);
    t.ok(bytes.includes('\u0001 & \u000b'));
  },
  'chunk-cut': async (t, protocol) => {
    const { bytes } = await ask(protocol, () => false);
    t.match(bytes.toString(), /transfer-encoding: chunked/i);
    t.notOk(bytes.toString().endsWith('0\r\n\r\n'));
  },
  'gzip-bomb': async (t, protocol) => {
    const { bytes } = await ask(protocol, () => false);
    t.match(bytes.toString('latin1'), /content-encoding: gzip/i);
    t.ok(bytes.length < 400_000);
    t.ok((await unpackedTo(dechunked(bytes), 32 * 1024 * 1024)) >= 32 * 1024 * 1024);
  },
  'slow-headers': async (t, protocol) => {
    const { bytes } = await ask(protocol, (so) => so.length > 0);
    t.equal(bytes.length, 1);
  },
};

/** The body of a chunked HTTP answer. */
function dechunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, end).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
}

/** How many bytes unpack, up to a limit. */
async function unpackedTo(bytes: Buffer, limit: number): Promise<number> {
  const gunzip = createGunzip();
  gunzip.end(bytes);
  let size = 0;
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size >= limit) break;
  }
  return size;
}

async function countOf(protocol: FaultProtocol): Promise<number> {
  const { bytes } = await ask(protocol);
  if (protocol === 'z3950') {
    const search = apdus(bytes)[1];
    return search?.type === 'searchResponse' ? search.resultCount : Number.NaN;
  }
  const found = /(?:numberOfRecords>|no_records>|"total":)(-?[0-9]+)/.exec(bytes.toString());
  return Number(found?.[1]);
}

async function countWithout(protocol: FaultProtocol): Promise<number> {
  await sandbox.inject(libraries[protocol], null);
  const count = await countOf(protocol);
  await sandbox.inject(libraries[protocol], 'wrong-count');
  return count;
}

async function idsOf(protocol: FaultProtocol): Promise<string[]> {
  const { bytes } = protocol === 'xservice' ? await presentX() : await ask(protocol);
  if (protocol !== 'z3950') {
    const found = bytes
      .toString()
      .matchAll(/recordIdentifier>([^<]+)<\/|<doc_number>([^<]+)<|"marcRecNo":"([^"]+)"/g);
    return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  }
  const page = apdus(bytes)[2];
  const records = page?.type === 'presentResponse' ? page.records : undefined;
  return (records?.kind === 'records' ? records.records : []).flatMap((record) => {
    if (record.kind !== 'record') return [];
    const { marc } = decodeIso2709(record.record.content, { charset: 'gbk' });
    return marc.fields.flatMap((field) =>
      field.tag === '001' && 'value' in field ? [field.value] : [],
    );
  });
}

for (const [name, description] of Object.entries(faultTable) as [FaultName, FaultDescription][]) {
  for (const protocol of description.protocols) {
    t.test(`${name}: ${libraries[protocol]} (${protocol}) ${description.does}`, async (t) => {
      await sandbox.inject(libraries[protocol], name);
      t.teardown(() => sandbox.inject(libraries[protocol], null));
      await checks[name](t, protocol);
    });
  }
}

t.test('a fault can be kept to one phase', async (t) => {
  await sandbox.inject('demo-chem', 'reset@present');
  const { bytes, ending } = await ask('z3950', () => false);
  t.equal(ending, 'reset');
  t.same(
    apdus(bytes).map((one) => one.type),
    ['initResponse', 'searchResponse'],
  );
  await sandbox.inject('demo-chem', null);
});
