import { escapeXml } from '../../marc/formats/xml-print.ts';
import type { AttributeEntry } from '../../query/types.ts';
import type { CommonSettings, SruSettings, Z3950Settings } from '../document.ts';
import { cclIndexes } from '../import/words.ts';
import type { ExportableLibrary } from './targets.ts';

type Setting = readonly [target: string, name: string, value: string];

/** Target settings of Pazpar2 for several libraries; each database of one is a target of its own. */
export function printPazpar2(libraries: readonly ExportableLibrary[]): string {
  const lines = libraries
    .flatMap(settingsOf)
    .map(
      ([target, name, value]) =>
        `  <set target="${escapeXml(target)}" name="pz:${name}" value="${escapeXml(value)}"/>`,
    );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<settings>\n${lines.join('\n')}\n</settings>\n`;
}

function settingsOf({ name, connector }: ExportableLibrary): readonly Setting[] {
  if (connector.protocol === 'sru') return sruSettings(name.zh, connector);
  const several = connector.databases.length > 1;
  return connector.databases.flatMap((database) =>
    z3950Settings(several ? `${name.zh} ${database.name}` : name.zh, connector, database),
  );
}

function z3950Settings(
  name: string,
  connector: Z3950Settings,
  database: Z3950Settings['databases'][number],
): readonly Setting[] {
  const host = connector.host?.includes(':') ? `[${connector.host}]` : connector.host;
  const target = `${host}:${connector.port}/${database.name}`;
  const charset = database.charset ?? connector.charset;
  const terms = database.queryCharset ?? connector.queryCharset;
  const set = (key: string, value: string): Setting => [target, key, value];
  return [
    set('name', name),
    set('requestsyntax', database.syntax ?? connector.syntax),
    ...(charset === 'auto' ? [] : [set('nativesyntax', `iso2709;${charset}`)]),
    set('queryencoding', terms),
    set('elements', connector.elementSet),
    set('piggyback', connector.piggyback ? '1' : '0'),
    ...maps(connector).map(([key, value]) => set(key, value)),
  ];
}

function sruSettings(name: string, connector: SruSettings): readonly Setting[] {
  const set = (key: string, value: string): Setting => [connector.url ?? '', key, value];
  return [
    set('name', name),
    set('sru', connector.method),
    set('sru_version', connector.version),
    set('elements', connector.recordSchema),
    ...maps(connector).map(([key, value]) => set(key, value)),
  ];
}

/** The indexes that Pazpar2 has a CCL qualifier for. */
function maps({
  indexes,
}: Pick<CommonSettings, 'indexes'>): readonly (readonly [string, string])[] {
  return Object.entries(cclIndexes).flatMap(([qualifier, index]) => {
    const given = indexes[index];
    const first = Array.isArray(given) ? given[0] : given;
    if (first === undefined) return [];
    const value = typeof first === 'string' ? `u=${first}` : qualified(first as AttributeEntry);
    return value === null ? [] : [[`cclmap:${qualifier}`, value] as const];
  });
}

function qualified(entry: AttributeEntry): string | null {
  const { '1': use, phrase, all, begins } = entry;
  if (use === undefined) return null;
  const others = ['2', '3', '4', '5', '6'].flatMap((type) => {
    const value = entry[type];
    return typeof value === 'number' ? [`${type}=${value}`] : [];
  });
  const structure = all !== undefined || phrase !== undefined ? ['s=al'] : [];
  const truncation = begins !== undefined ? ['t=l,r'] : [];
  return [`u=${String(use)}`, ...structure, ...truncation, ...others].join(' ');
}
