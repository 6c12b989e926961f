import type { SruSettings } from '../../members/document.ts';
import { alternatives, type SruSupport, type TermOptions } from '../../query/index.ts';
import type { IndexMap, IndexName } from '../../query/types.ts';
import { type SruDialect, type SruPage, type SruVersion, sruVersions } from './ask.ts';
import type { SruDiagnostic } from './diagnostics.ts';

/** How one page is being asked for. */
export interface Manner {
  readonly dialect: SruDialect;
  readonly options: TermOptions;
  readonly sort: SruPage['sort'];
}

/**
 * Another manner to ask for the same after a diagnostic, or null where there is none left. What it changes
 * can lose no hit: parameters that only shape the answer, and ways of saying the query that the translation
 * widens or refuses by itself.
 */
export function learn(
  diagnostic: SruDiagnostic,
  manner: Manner,
  settings: SruSettings,
): Manner | null {
  const { dialect } = manner;
  const { code } = diagnostic;
  if (code === null) return null;
  const version = code === 5 || code === 7 ? lowerVersion(diagnostic, dialect.version) : null;
  if (version !== null) return { ...manner, dialect: { ...dialect, version } };
  const parameter = refusedParameter(diagnostic, dialect, settings);
  if (parameter !== null) {
    const without = new Set([...dialect.without, parameter]);
    return { ...manner, dialect: { ...dialect, without } };
  }
  if (code >= 80 && code <= 93 && manner.sort !== null) return { ...manner, sort: null };
  if (code === 15 || code === 16) {
    const alternative = nextAlternative(diagnostic, manner, settings);
    return alternative === null ? null : { ...manner, options: { ...manner.options, alternative } };
  }
  const supports = withoutFeature(code, dialect.supports);
  return supports === null ? null : { ...manner, dialect: { ...dialect, supports } };
}

/** Diagnostic 5 names the highest version in its details; a 2.0 request lacks what 1.x wants (7). */
function lowerVersion({ code, details }: SruDiagnostic, version: SruVersion): SruVersion | null {
  if (code === 7) {
    return version === '2.0' && /version|operation/.test(details) ? '1.2' : null;
  }
  const named = sruVersions.find((one) => one === details);
  if (named !== undefined && named !== version) return named;
  return sruVersions[sruVersions.indexOf(version) - 1] ?? null;
}

/** A parameter that may be left out and that this diagnostic is about. */
function refusedParameter(
  { code, details }: SruDiagnostic,
  dialect: SruDialect,
  settings: SruSettings,
): string | null {
  const packing = dialect.version === '2.0' ? 'recordXMLEscaping' : 'recordPacking';
  const named = ['recordSchema', packing].find((name) => details.includes(name));
  let parameter: string | null = null;
  if (code === 6 || code === 8) parameter = named ?? null;
  else if (code === 66 || code === 67) parameter = 'recordSchema';
  else if (code === 71) parameter = packing;
  if (parameter === 'recordSchema' && settings.recordSchema === '') return null;
  return parameter === null || dialect.without.has(parameter) ? null : parameter;
}

/** The next spelling of the index that the details name; of every index where they name none of ours. */
function nextAlternative(
  { details }: SruDiagnostic,
  { options, dialect }: Manner,
  settings: SruSettings,
): Partial<Record<IndexName, number>> | null {
  const indexes: IndexMap = dialect.indexes ?? settings.indexes;
  const current = options.alternative ?? {};
  const names = Object.keys(indexes) as IndexName[];
  const spelled = (name: IndexName, by: number) =>
    alternatives(indexes, name)[(current[name] ?? 0) + by];
  const meant = names.filter((name) => {
    const spelling = spelled(name, 0);
    return typeof spelling === 'string' && isNamed(spelling, details);
  });
  const moved = (meant.length > 0 ? meant : names).filter((name) => spelled(name, 1) !== undefined);
  if (moved.length === 0) return null;
  return {
    ...current,
    ...Object.fromEntries(moved.map((name) => [name, (current[name] ?? 0) + 1])),
  };
}

/** Servers name the whole index, its set or its local name. */
function isNamed(spelling: string, details: string): boolean {
  const [written, named] = [spelling.toLowerCase(), details.toLowerCase()];
  return named !== '' && (written === named || written.split('.').includes(named));
}

/** CQL diagnostics 19–21 and 28–34: relations, modifiers, masking and anchoring. */
function withoutFeature(code: number, supports: SruSupport = {}): SruSupport | null {
  if (code === 19 && supports.relations === undefined) return { ...supports, relations: [] };
  if ((code === 20 || code === 21) && supports.relationModifiers === undefined) {
    return { ...supports, relationModifiers: [] };
  }
  if (code >= 28 && code <= 30 && supports.masking !== false) {
    return { ...supports, masking: false };
  }
  const isAnchoring = code >= 31 && code <= 34 && supports.anchoring !== false;
  return isAnchoring ? { ...supports, anchoring: false } : null;
}
