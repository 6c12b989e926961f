import { childrenOf, type XmlElement } from '../../marc/xml/tree.ts';
import type { SruInput, Z3950Input } from '../document.ts';
import { type Bilingual, parseAddress, type Read, refusal } from './drafts.ts';
import {
  cclAttributes,
  cclIndexes,
  charsetNamed,
  queryCharsetNamed,
  syntaxNamed,
} from './words.ts';

interface Setting {
  readonly target: string;
  readonly name: string;
  readonly value: string;
}

/**
 * Target settings of Pazpar2: each `set` is for one target, for the databases of a host (`host:port/*`) or for
 * all (`*`); what is said of fewer targets goes before what is said of more.
 */
export function readPazpar2(root: XmlElement): Read[] {
  const around = root.attributes.target ?? '*';
  const settings = childrenOf(root, 'set').map(
    ({ attributes }): Setting => ({
      target: attributes.target ?? around,
      name: (attributes.name ?? '').replace(/^pz:/, ''),
      value: attributes.value ?? '',
    }),
  );
  const named = [around, ...settings.map(({ target }) => target)];
  const targets = [...new Set(named)].filter((target) => target !== '' && !target.includes('*'));
  if (targets.length === 0) {
    return [
      refusal(
        '*',
        '只有对所有目标的设置，没有目标',
        'It has settings for all targets but names none.',
      ),
    ];
  }
  return targets.map((target) => readTarget(target, settingsOf(target, settings)));
}

function settingsOf(target: string, settings: readonly Setting[]): ReadonlyMap<string, string> {
  const reach = (one: Setting) => (one.target === target ? 2 : one.target === '*' ? 0 : 1);
  const mine = settings.filter(
    (one) =>
      one.target === target ||
      one.target === '*' ||
      (one.target.endsWith('/*') && target.startsWith(one.target.slice(0, -1))),
  );
  return new Map(
    [...mine].sort((a, b) => reach(a) - reach(b)).map(({ name, value }) => [name, value]),
  );
}

/** One target by its settings; Metaproxy's and the torus's profiles come to the same names. */
export function readTarget(target: string, settings: ReadonlyMap<string, string>): Read {
  const address = parseAddress(target);
  const name = settings.get('name') ?? target;
  if (address === null) return refusal(target, '地址无法辨认', 'The address cannot be read.');
  const sru = (settings.get('sru') ?? '').toLowerCase();
  if (sru === 'solr')
    return refusal(target, 'Solr 不是支持的协议', 'Solr is no protocol that is spoken here.');
  const notes: Bilingual[] = [];
  if (settings.get('authentication')) {
    notes.push({
      zh: '原设置带账号；账号与密码不写入配置，请用 userEnv 与 passwordEnv',
      en: 'It came with an account, which does not go into a document: use userEnv and passwordEnv.',
    });
  }
  if (settings.get('xslt')) {
    notes.push({ zh: '样式表不导入', en: 'Style sheets are not taken over.' });
  }
  const indexes = indexesOf(settings);
  const { host } = address;
  if (sru !== '') {
    return { name, host, notes, connector: sruConnector(target, sru, settings, indexes) };
  }
  return { name, host, notes, connector: z3950Connector(address, settings, indexes, notes) };
}

type Indexes = NonNullable<SruInput['indexes']>;

function indexesOf(settings: ReadonlyMap<string, string>): Indexes {
  const indexes: Indexes = {};
  for (const [name, value] of settings) {
    const qualifier = /^cclmap[:_](.+)$/.exec(name)?.[1] ?? '';
    const index = cclIndexes[qualifier];
    const attributes = index === undefined ? null : cclAttributes(value);
    if (index !== undefined && attributes !== null) indexes[index] = attributes as string;
  }
  return indexes;
}

function sruConnector(
  target: string,
  sru: string,
  settings: ReadonlyMap<string, string>,
  indexes: Indexes,
): SruInput {
  const version = (['1.1', '1.2', '2.0'] as const).find(
    (one) => one === (settings.get('sru_version') ?? settings.get('sruVersion')),
  );
  const schema = settings.get('elements') ?? settings.get('elementSet');
  // Only index names of a context set can be asked for in CQL.
  const named = Object.fromEntries(
    Object.entries(indexes).filter(([, one]) => typeof one === 'string'),
  );
  return {
    protocol: 'sru',
    url: /^https?:\/\//.test(target) ? target : `http://${target}`,
    ...(version === undefined ? {} : { version }),
    ...(schema ? { recordSchema: schema } : {}),
    ...(sru === 'post' ? { method: 'post' as const } : {}),
    charset: 'utf-8',
    ...(Object.keys(named).length > 0 ? { indexes: named } : {}),
  };
}

function z3950Connector(
  { host, port, database }: { host: string; port: number; database: string },
  settings: ReadonlyMap<string, string>,
  indexes: Indexes,
  notes: Bilingual[],
): Z3950Input {
  const syntax = syntaxNamed(settings.get('requestsyntax') ?? settings.get('requestSyntax') ?? '');
  const native = /;\s*([\w-]+)/.exec(settings.get('nativesyntax') ?? '')?.[1] ?? '';
  const charset = charsetNamed(settings.get('recordEncoding') ?? native);
  const terms = queryCharsetNamed(
    settings.get('queryEncoding') ?? settings.get('queryencoding') ?? '',
  );
  const element = settings.get('elements') ?? settings.get('elementSet');
  const timeout = Number(settings.get('timeout') ?? 0) * 1000;
  if (charset === null) notes.push(withoutCharset);
  const named = Object.fromEntries(
    Object.entries(indexes).filter(([, one]) => typeof one !== 'string'),
  );
  return {
    protocol: 'z3950',
    host,
    port,
    database,
    ...(syntax === null ? {} : { syntax }),
    ...(element === undefined ? {} : { elementSet: element }),
    ...(charset === null ? {} : { charset }),
    ...(terms === null ? {} : { queryCharset: terms }),
    ...(settings.get('piggyback') === '0' ? { piggyback: false } : {}),
    ...(Object.keys(named).length > 0 ? { indexes: named } : {}),
    ...(timeout >= 1000 && timeout <= 60_000 ? { limits: { timeoutMs: timeout } } : {}),
  };
}

export const withoutCharset: Bilingual = {
  zh: '原设置没有字符集，请检测后填写',
  en: 'No charset was said: probe it and fill it in.',
};
