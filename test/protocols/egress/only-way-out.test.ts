import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import t from 'tap';

/**
 * Proves that no file outside the egress opens a connection. What is left open is written here:
 * servers listen, drivers of the database and of the shared cache connect to configured addresses, and one
 * file asks its own Unix socket whether another process holds the data folder.
 */
const egress = /^src\/protocols\/egress(?:\.ts$|\/)/;

/** What anybody may take from a module that could also connect: listening, reading addresses, words. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  net: ['createServer', 'isIP', 'isIPv4', 'isIPv6', 'Server', 'BlockList'],
  http: ['createServer', 'STATUS_CODES', 'METHODS', 'Server', 'IncomingMessage', 'ServerResponse'],
  https: ['createServer', 'Server'],
  http2: ['constants'],
  tls: ['rootCertificates'],
  dgram: [],
  dns: [],
  'dns/promises': [],
  undici: [],
};

/** One name of one module in one file, and why. */
const granted: readonly (readonly [file: string, module: string, name: string, why: string])[] = [
  ['src/store/lock.ts', 'net', 'connect', 'a Unix socket beside the data folder, by its path'],
];

/** Packages that open connections of their own, and the folder each may be used in. */
const drivers: Readonly<Record<string, RegExp>> = {
  pg: /^src\/store\//,
  ioredis: /^src\/(?:store|search)\//,
  iovalkey: /^src\/(?:store|search)\//,
  /** Given its connection by the egress; see `connect` there. */
  nodemailer: /^src\/loans\/notices\/senders\.ts$/,
  redis: /^src\/(?:store|search)\//,
};
const forbiddenPackages = ['axios', 'got', 'ky', 'node-fetch', 'ws', 'superagent'];

/** Globals that connect. Code for browsers runs elsewhere. */
const globals = /(?<![\w.'"`#/])(?:fetch|WebSocket|EventSource|XMLHttpRequest)\s*\(/;

/** A function that is handed the way out under the global's name calls what it was handed. */
const handed = /^(?:export )?(?:async )?function \w+\([^{]*?\bfetch: \w+[\s\S]*?^\}/gm;

const imports =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?([^'";=()]*?)\s*(?:from\s*)?['"](?:node:)?([^'"]+)['"]/g;
const dynamic = /(?:import|require|getBuiltinModule)\s*\(\s*['"`](?:node:)?([^'"`]+)['"`]/g;

/** What is wrong with a file, one sentence each. */
function faults(file: string, source: string): string[] {
  if (egress.test(file)) return [];
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/[^\n]*/g, '$1');
  const found: string[] = [];
  for (const [, typeOnly, clause = '', module = ''] of code.matchAll(imports)) {
    if (typeOnly !== undefined) continue;
    const allowed = Object.hasOwn(harmless, module) ? harmless[module] : undefined;
    if (allowed !== undefined) {
      for (const name of valueNames(clause)) {
        const isGranted = granted.some(([f, m, n]) => f === file && m === module && n === name);
        if (!allowed.includes(name) && !isGranted) found.push(`${file} takes ${name} of ${module}`);
      }
    }
    const driver = Object.hasOwn(drivers, module) ? drivers[module] : undefined;
    if (driver !== undefined && !driver.test(file)) found.push(`${file} uses the driver ${module}`);
    if (forbiddenPackages.includes(module)) found.push(`${file} uses ${module}`);
  }
  for (const [, module = ''] of code.matchAll(dynamic)) {
    const isKnown = Object.hasOwn(harmless, module) || forbiddenPackages.includes(module);
    if (isKnown) found.push(`${file} loads ${module} as it runs`);
  }
  // The client of login providers asks by the global unless it is told otherwise.
  if (
    /from 'openid-client'/.test(code) &&
    !typeOnlyClient.test(code) &&
    !code.includes(customFetch)
  ) {
    found.push(`${file} leaves openid-client its own way out`);
  }
  const unhanded = code.replace(handed, (whole) => whole.replace(/\bfetch\s*\(/g, 'handed('));
  if (!file.startsWith('src/web/browser/') && globals.test(unhanded)) {
    found.push(`${file} connects by a global`);
  }
  return found;
}

const customFetch = '[client.customFetch]';
const typeOnlyClient = /import type [^;]* from 'openid-client'/;

/** The names a clause imports as values; a whole module counts as everything in it. */
function valueNames(clause: string): string[] {
  const [, outside = '', inside] = /^([^{]*)(?:\{([^}]*)\})?/.exec(clause) ?? [];
  const whole = outside.replaceAll(',', ' ').trim();
  const named = (inside ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('type '))
    .map((part) => part.split(/\s+as\s+/)[0] ?? '');
  return whole === '' && inside !== undefined ? named : [whole || 'everything', ...named];
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[tj]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

t.test('no file outside the egress can open a connection', (t) => {
  const root = join(import.meta.dirname, '../../..');
  const files = sources(join(root, 'src'));
  t.ok(files.length > 100, `${files.length} files were read`);
  const found = files.flatMap((file) => faults(relative(root, file), readFileSync(file, 'utf8')));
  t.same(found, []);
  t.end();
});

t.test('would notice every way to do so', (t) => {
  const bad = [
    "import { connect } from 'node:net';",
    "import { createServer, connect as dial } from 'net';",
    "import net from 'node:net';",
    "import * as net from 'node:net';",
    "import 'undici';",
    "import { request } from 'node:http';",
    "import https, { Agent } from 'node:https';",
    "import {\n  createServer,\n  Socket,\n} from 'node:net';",
    "export { connect } from 'node:tls';",
    "import { createSocket } from 'node:dgram';",
    "import { lookup } from 'node:dns/promises';",
    "import { fetch } from 'undici';",
    "import pg from 'pg';",
    "import nodemailer from 'nodemailer';",
    "const net = await import('node:net');",
    "const net = process.getBuiltinModule('node:net');",
    "const { connect } = require('net');",
    "await fetch('http://127.0.0.1');",
    'new WebSocket(address);',
    "import * as client from 'openid-client';\nclient.discovery(url);",
    'function ask(fetch: Fetch) {\n  fetch(url);\n}\n\nfunction other() {\n  fetch(url);\n}',
  ];
  for (const source of bad) t.not(faults('src/search/x.ts', source).length, 0, source);
  const good = [
    "import type { Socket } from 'node:net';",
    "import { createServer, type Socket } from 'node:net';",
    "import { STATUS_CODES } from 'node:http';",
    "// import { connect } from 'node:net';",
    "/** fetch('x') */",
    'library.fetch(page); const prefetch = () => 1; prefetch();',
    "import { request } from '../egress.ts';",
    'export async function ask(\n  url: URL,\n  fetch: Fetch,\n): Answer {\n  return fetch(url);\n}',
    "import type { CustomFetch } from 'openid-client';",
    "import * as client from 'openid-client';\nconst options = { [client.customFetch]: fetch };",
  ];
  for (const source of good) t.same(faults('src/search/x.ts', source), [], source);
  t.same(faults('src/protocols/egress/connect.ts', bad[0] ?? ''), []);
  t.same(faults('src/store/database.ts', "import pg from 'pg';"), []);
  t.end();
});
