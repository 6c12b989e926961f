import { XmlError } from '../../marc/xml/errors.ts';
import { parseXmlTree, type XmlElement } from '../../marc/xml/tree.ts';
import { readYaml } from '../yaml.ts';
import { readDp2 } from './dp2.ts';
import { type Imported, type Read, refusal, toDrafts } from './drafts.ts';
import { readKoha, readSruTable } from './lists.ts';
import { readPazpar2 } from './pazpar2.ts';
import { readProfiles } from './profiles.ts';
import { readZeerex } from './zeerex.ts';

export type { Imported, ImportedDraft, RefusedTarget } from './drafts.ts';

/**
 * Reads somebody's list of targets, whichever kind it is, into drafts. Every target becomes a draft or is refused
 * with a reason; nothing is connected to, and no account or password is taken over.
 */
export function importTargets(bytes: Uint8Array): Imported {
  const start = Buffer.from(bytes.subarray(0, 400))
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '');
  return start.trimStart().startsWith('<') ? importXml(bytes) : importData(bytes);
}

function importXml(bytes: Uint8Array): Imported {
  try {
    const root = parseXmlTree(bytes);
    const [format, read] = readXml(root);
    return toDrafts(format, read);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return toDrafts('xml', [
      refusal('', `XML 无法读取（${error.reason}）`, `The XML cannot be read (${error.reason}).`),
    ]);
  }
}

function readXml(root: XmlElement): readonly [format: string, read: readonly Read[]] {
  switch (root.name) {
    case 'settings':
      return ['pazpar2', readPazpar2(root)];
    case 'explain':
    case 'explainResponse':
      return ['zeerex', readZeerex(root)];
    case 'root':
      return ['dp2', readDp2(root)];
    case 'records':
    case 'torus':
    case 'targets':
    case 'config':
      return ['profiles', readProfiles(root)];
    default:
      return ['xml', [unknown(root.name)]];
  }
}

const unknown = (what: string): Read =>
  refusal(what, '不是认识的目标清单', 'It is no list of targets that is known here.');

/** YAML reads JSON too. */
function importData(bytes: Uint8Array): Imported {
  const source = readYaml(Buffer.from(bytes).toString('utf8'), '');
  if ('faults' in source) {
    const [fault] = source.faults;
    const message = fault?.message ?? '';
    return toDrafts('yaml', [
      refusal('', `无法读取：${message}`, `It cannot be read: ${message}.`),
    ]);
  }
  const koha = readKoha(source.value);
  if (koha !== null) return toDrafts('koha', koha);
  const table = readSruTable(source.value);
  if (table !== null) return toDrafts('sru-table', table);
  return toDrafts('yaml', [unknown('')]);
}
