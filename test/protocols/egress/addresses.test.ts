import type { Socket } from 'node:net';
import t from 'tap';
import { createEgress } from '../../../src/protocols/egress.ts';
import {
  call,
  get,
  loopback,
  reasonOf,
  serveHttp,
  serveTcp,
  withoutWholeLoopback,
} from './support.ts';

/** Every way we know to write an address inside: each must be refused, as a host and inside a URL. */
const inside: Readonly<Record<string, readonly string[]>> = {
  'loopback, dotted': ['127.0.0.1', '127.0.0.0', '127.1.2.3', '127.255.255.254', '127.0.0.1.'],
  'loopback, short': ['127.1', '127.0.1', '127.0x1', '127.0.0x0.1'],
  'loopback, octal': ['0177.0.0.1', '0177.0.0.01', '0177.1', '017700000001', '00177.0.0.1'],
  'loopback, hexadecimal': [
    '0x7f.0.0.1',
    '0x7F.0x0.0x0.0x1',
    '0x7f.1',
    '0x7f000001',
    '0X7F000001',
    '0x0000007f.1',
  ],
  'loopback, integer': ['2130706433', '2130706434', '017700000002', '0x7f000002'],
  'loopback, mixed': ['0x7f.0.1', '127.0.0.0x1', '0177.0x0.0.1', '127.0.0.01', '127.000.000.001'],
  'loopback, other digits': [
    '１２７.０.０.１',
    '127。0。0。1',
    '127．0．0．1',
    '127｡0｡0｡1',
    '①②⑦.⓪.⓪.①',
    '１２７．０．０．１',
    '0ｘ7f.1',
    '𝟭𝟮𝟳.𝟬.𝟬.𝟭',
  ],
  'this host': ['0.0.0.0', '0', '0x0', '00', '0.1.2.3', '000.000.000.000'],
  private: [
    '10.0.0.1',
    '10.255.255.255',
    '167772161',
    '0x0a000001',
    '012.0.0.1',
    '172.16.0.1',
    '172.31.255.254',
    '0xac100001',
    '192.168.0.1',
    '192.168.255.255',
    '3232235521',
    '0300.0250.0.1',
    '192.168.1',
  ],
  'link-local and metadata': [
    '169.254.169.254',
    '169.254.0.1',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '168.63.129.16',
    '100.100.100.200',
  ],
  'shared, reserved, documentation, multicast': [
    '100.64.0.1',
    '100.127.255.254',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.19.255.254',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '4294967295',
  ],
  'IPv6 loopback and unspecified': [
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[0::1]',
    '[::0001]',
  ],
  'IPv4 inside IPv6': [
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::FFFF:10.0.0.1]',
    '[0:0:0:0:0:ffff:a9fe:a9fe]',
    '[::ffff:8.8.8.8]',
    '[::ffff:0:127.0.0.1]',
    '[::ffff:0:7f00:1]',
  ],
  'NAT64, 6to4, Teredo, ISATAP': [
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::a00:1]',
    '[64:ff9b:1::7f00:1]',
    '[64:ff9b:1:fffe::a00:1]',
    '[2002:7f00:1::]',
    '[2002:7f00:0001::1]',
    '[2002:a9fe:a9fe::1]',
    '[2002:c0a8:101::1]',
    '[2001::1]',
    '[2001:0:7f00:1::]',
    '[2001:0000:4136:e378:8000:63bf:3fff:fdd2]',
    '[2a00:1450::5efe:7f00:1]',
    '[2a00:1450::200:5efe:10.0.0.1]',
  ],
  'IPv6 that is not global': [
    '[fe80::1]',
    '[febf::1]',
    '[fec0::1]',
    '[fc00::1]',
    '[fd00::1]',
    '[fd00:ec2::254]',
    '[fdff:ffff::1]',
    '[ff02::1]',
    '[ff05::2]',
    '[100::1]',
    '[100:0:0:1::1]',
    '[2001:db8::1]',
    '[2001:2::1]',
    '[2001:10::1]',
    '[2001:20::1]',
    '[3fff::1]',
    '[5f00::1]',
    '[4000::1]',
    '[e000::1]',
    '[1::1]',
  ],
};

/** Spellings that are no host of a URL at all, or only of one of the two. */
const unreadable = [
  'fe80::1%eth0',
  '[fe80::1%25eth0]',
  '::1%lo',
  '[::1%1]',
  '1.2.3.4.5',
  '256.256.256.256',
  '127.0.0.1 ',
  '127.0.0.1\0',
  '127.0.0.1/8',
  'a@127.0.0.1',
  '127.0.0.1#',
  'host name',
  '[::1',
  '::1]',
  '',
  '.',
];

t.test('refuses every spelling of an address inside, over TCP and over HTTP', async (t) => {
  const egress = createEgress({ allow: [] });
  const spellings = Object.entries(inside);
  t.ok(spellings.flatMap(([, hosts]) => hosts).length >= 120, 'at least 120 spellings');
  for (const [kind, hosts] of spellings) {
    for (const host of hosts) {
      const tcp = await reasonOf(egress.connect({ host, port: 210, tls: false }, call(2000)));
      t.equal(tcp, 'forbidden_address', `${kind}: ${host}`);
      if (!URL.canParse(`http://${host}/`)) continue;
      const http = await reasonOf(egress.request(get(`http://${host}/`), call(2000)));
      t.equal(http, 'forbidden_address', `${kind}: http://${host}/`);
    }
  }
  await egress.close();
});

t.test('refuses what is no plain host, and ports that are none', async (t) => {
  const egress = createEgress({ allow: loopback });
  for (const host of unreadable) {
    const reason = await reasonOf(egress.connect({ host, port: 210, tls: false }, call(2000)));
    t.equal(reason, 'forbidden_address', JSON.stringify(host));
  }
  for (const port of [0, -1, 65536, 1.5, Number.NaN]) {
    const reason = await reasonOf(egress.connect({ host: '127.0.0.1', port, tls: false }, call()));
    t.equal(reason, 'forbidden_address', String(port));
  }
  await egress.close();
});

t.test(
  'connects to the address that was checked, although the name flips inside',
  { skip: withoutWholeLoopback },
  async (t) => {
    const peers: string[] = [];
    const listener = (socket: Socket) => {
      peers.push(socket.localAddress ?? '');
      socket.end();
    };
    const outside = await serveTcp(listener, '127.0.0.2');
    const inside = await serveTcp(listener, '127.0.0.1', outside.port);
    const asked = new Map<string, number>();
    const egress = createEgress({
      // 127.0.0.2 stands for the public address that was approved.
      allow: [`127.0.0.2:${outside.port}`],
      resolve: async (name) => {
        const before = asked.get(name) ?? 0;
        asked.set(name, before + 1);
        return [before === 0 ? '127.0.0.2' : '127.0.0.1'];
      },
    });
    for (let n = 0; n < 500; n += 1) {
      const target = { host: `n${n}.library.example`, port: outside.port, tls: false };
      (await egress.connect(target, call())).destroy();
      (await egress.connect(target, call())).destroy();
    }
    t.same([...new Set(asked.values())], [1], 'one question for a name');
    t.same([...new Set(peers)], ['127.0.0.2']);
    await egress.close();
    await outside.close();
    await inside.close();
  },
);

t.test('takes a name with a public and an inside address for an attack', async (t) => {
  const answers: string[][] = [
    ['8.8.8.8', '127.0.0.1'],
    ['127.0.0.1', '8.8.8.8'],
    ['2001:4860:4860::8888', '::1'],
    ['fe80::1%eth0', '8.8.8.8'],
  ];
  for (const answer of answers) {
    const egress = createEgress({ allow: [], resolve: async () => answer });
    const target = { host: 'mixed.example', port: 210, tls: false };
    const reason = await reasonOf(egress.connect(target, call(2000)));
    t.match(reason, /^(forbidden_address|dns)$/, answer.join(' '));
    await egress.close();
  }
});

t.test('allows what a setting names, by name, address, range and port', async (t) => {
  const server = await serveHttp((_request, response) => response.end('in'));
  const { port } = server;
  const other = port === 65535 ? port - 1 : port + 1;
  const resolve = async () => ['127.0.0.1'];
  const asks = async (allow: readonly string[], host = '127.0.0.1') => {
    const egress = createEgress({ allow, resolve });
    const reason = await reasonOf(egress.connect({ host, port, tls: false }, call()));
    await egress.close();
    return reason === 'nothing went wrong';
  };
  t.ok(await asks([`127.0.0.1:${port}`]));
  t.ok(await asks([`127.0.0.0/8:${port}`]));
  t.ok(await asks(['10.0.0.0/8:1-65535', '127.0.0.0/8:1024-65535']));
  t.ok(await asks([`library.example:${port}`], 'library.example'));
  t.ok(await asks([`Library.Example.:${port}`], 'LIBRARY.example'));
  t.ok(await asks(['127.0.0.0/8:1-65535'], '0x7f.1'), 'an odd spelling of an allowed address');
  t.notOk(await asks([`library.example:${port}`]), 'not the address the name has');
  t.notOk(await asks([`library.example:${port}`], 'other.example'));
  t.notOk(await asks([`127.0.0.1:${other}`]));
  t.notOk(await asks([`127.0.0.0/9:${other}-${other}`]));
  t.notOk(await asks([`[::1]:${port}`]));
  await server.close();
});

t.test('reads the allow list strictly', (t) => {
  for (const good of [
    '[::1]:80',
    '[fd00::/8]:1-65535',
    'fd00::/8:80',
    '10.0.0.0/8:210',
    'a.b:1-2',
  ]) {
    createEgress({ allow: [good] });
  }
  const bad = ['', 'x', ':80', '127.0.0.1', '127.0.0.1:', '127.0.0.1:0', '127.0.0.1:65536'];
  bad.push('127.0.0.1:9-8', '127.0.0.1:a', '127.0.0.0/33:80', '0x7f.1:80', '1.2.3:80', 'a b:80');
  for (const entry of bad) {
    t.throws(() => createEgress({ allow: [entry] }), RangeError, JSON.stringify(entry));
  }
  t.end();
});

t.test('leaves the other family out where only one is allowed', async (t) => {
  const server = await serveHttp((_request, response) => response.end('in'));
  const egress = createEgress({ allow: loopback, resolve: async () => ['::1', '127.0.0.1'] });
  const url = `http://localhost:${server.port}/`;
  t.equal((await egress.request(get(url), call())).status, 200);
  await egress.close();
  await server.close();
});
