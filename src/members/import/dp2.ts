import { childrenOf, type XmlElement } from '../../marc/xml/tree.ts';
import type { Z3950Input } from '../document.ts';
import { type Bilingual, type Read, refusal } from './drafts.ts';
import { withoutCharset } from './pazpar2.ts';
import { charsetNamed, queryCharsetNamed, syntaxNamed } from './words.ts';

const maxFolders = 10_000;

/** The server list of a dp2 client: servers in folders, each with its databases. */
export function readDp2(root: XmlElement): Read[] {
  const read: Read[] = [];
  const folders = [root];
  for (let at = 0; at < folders.length && at < maxFolders; at += 1) {
    const folder = folders[at] as XmlElement;
    folders.push(...childrenOf(folder, 'dir'));
    read.push(...childrenOf(folder, 'server').map(readServer));
  }
  return read.length > 0 ? read : [refusal(root.name, '没有服务器', 'It names no server.')];
}

function readServer(server: XmlElement): Read {
  const { name = '', addr = '', port = '210' } = server.attributes;
  const title = name.trim() || addr;
  const databases = childrenOf(server, 'database').flatMap(({ attributes }) =>
    attributes.name ? [attributes.name] : [],
  );
  if (addr === '') return refusal(title, '没有地址', 'It has no address.');
  if (databases.length === 0) return refusal(title, '没有数据库', 'It names no database.');
  const notes: Bilingual[] = [];
  if (databases.length > maxDatabases) {
    const rest = databases.length - maxDatabases;
    notes.push({ zh: `其余 ${rest} 个数据库未导入`, en: `${rest} more databases were left out.` });
  }
  const { username, password } = server.attributes;
  if (username || password) {
    notes.push({
      zh: '原设置带账号；请用 userEnv 与 passwordEnv',
      en: 'It came with an account: use userEnv and passwordEnv.',
    });
  }
  const host = addr.trim();
  return { name: title, host, notes, connector: connectorOf(server, host, port, databases, notes) };
}

const maxDatabases = 8;

function connectorOf(
  { attributes }: XmlElement,
  host: string,
  port: string,
  databases: readonly string[],
  notes: Bilingual[],
): Z3950Input {
  const syntax = syntaxNamed(attributes.defaultMarcSyntaxOID ?? '');
  const charset =
    boundCharset(attributes, syntax) ?? charsetNamed(attributes.defaultEncoding ?? '');
  const terms = queryCharsetNamed(attributes.queryTermEncoding ?? '');
  const element = /^\w+/.exec(attributes.defaultElementSetName ?? '')?.[0];
  const batch = Number(attributes.recsperbatch ?? 0);
  const [first = 'Default'] = databases;
  if (charset === null) notes.push(withoutCharset);
  return {
    protocol: 'z3950',
    host,
    port: Number(port),
    ...(databases.length === 1
      ? { database: first }
      : { databases: databases.slice(0, maxDatabases).map((name) => ({ name })) }),
    ...(syntax === null ? {} : { syntax }),
    ...(element === undefined ? {} : { elementSet: element }),
    ...(charset === null ? {} : { charset }),
    ...(terms === null ? {} : { queryCharset: terms }),
    ...(attributes.charNegoUtf8 === '1' ? { negotiateCharset: true } : {}),
    ...(batch >= 1 && batch <= 1000 ? { limits: { pageSize: batch } } : {}),
  };
}

/** `1.2.840.10003.5.1 -- UNIMARC|gb2312||…`: the charset that is bound to the syntax asked for. */
function boundCharset(attributes: Readonly<Record<string, string>>, syntax: string | null) {
  const bindings = (attributes.recordSyntaxAndEncodingBinding ?? '').split('||');
  for (const binding of bindings) {
    const [oid = '', name = ''] = binding.split('|');
    if (syntax !== null && syntaxNamed(oid) === syntax) return charsetNamed(name);
  }
  return null;
}
