/** Codes that name no language say nothing (ISO 639-2: several, undetermined, none). */
const noLanguage = new Set(['und', 'mul', 'zxx', 'mis', 'xxx', '|||', '']);

/**
 * One code for a language: the bibliographic one of ISO 639-2 where catalogues also write the
 * terminological one, and the living language for its older stages, which are a matter of opinion.
 */
const sameLanguage: Readonly<Record<string, string>> = {
  zho: 'chi',
  cmn: 'chi',
  lzh: 'chi',
  zh: 'chi',
  en: 'eng',
  deu: 'ger',
  fra: 'fre',
  nld: 'dut',
  ces: 'cze',
  slk: 'slo',
  ell: 'gre',
  fas: 'per',
  hye: 'arm',
  isl: 'ice',
  kat: 'geo',
  mkd: 'mac',
  mya: 'bur',
  msa: 'may',
  ron: 'rum',
  sqi: 'alb',
  bod: 'tib',
  cym: 'wel',
  eus: 'baq',
  srp: 'scc',
  hrv: 'scr',
  ang: 'eng',
  enm: 'eng',
  frm: 'fre',
  fro: 'fre',
  gmh: 'ger',
  goh: 'ger',
};

/** Whether both records name a language and not the same one. */
export function languagesDiffer(a: string | null, b: string | null): boolean {
  if (a === b || a === null || b === null || noLanguage.has(a) || noLanguage.has(b)) return false;
  return (sameLanguage[a] ?? a) !== (sameLanguage[b] ?? b);
}

export function isChinese(language: string | null): boolean {
  return language !== null && (sameLanguage[language] ?? language) === 'chi';
}
