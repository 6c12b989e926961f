/** What a role says: the words libraries use, and the codes of MARC 21 and UNIMARC behind them. */

/** MARC relator codes (loc.gov/marc/relators) seen in book catalogues, and their terms. */
const marcCodes: Readonly<Record<string, string>> = {
  aut: 'author',
  cre: 'creator',
  edt: 'editor',
  edc: 'editor of compilation',
  com: 'compiler',
  trl: 'translator',
  ill: 'illustrator',
  aui: 'author of introduction',
  wpr: 'writer of preface',
  wac: 'writer of added commentary',
  cmm: 'commentator',
  ann: 'annotator',
  pbd: 'publishing director',
  pht: 'photographer',
  cmp: 'composer',
  lyr: 'lyricist',
  prf: 'performer',
  nrt: 'narrator',
  drt: 'film director',
  pro: 'producer',
  art: 'artist',
  ctb: 'contributor',
  rev: 'reviewer',
  ths: 'thesis advisor',
  dgg: 'degree granting institution',
  isb: 'issuing body',
  pbl: 'publisher',
  spn: 'sponsor',
  hnr: 'honoree',
  adp: 'adapter',
  ctg: 'cartographer',
};

/** UNIMARC relator codes (UNIMARC manual, appendix C) and their terms. */
const unimarcCodes: Readonly<Record<string, string>> = {
  '010': 'adapter',
  '040': 'artist',
  '070': 'author',
  '080': 'author of introduction',
  '090': 'author of dialog',
  '100': 'bibliographic antecedent',
  '180': 'cartographer',
  '205': 'collaborator',
  '210': 'commentator',
  '212': 'commentator for written text',
  '220': 'compiler',
  '230': 'composer',
  '295': 'degree-granting institution',
  '300': 'director',
  '340': 'editor',
  '440': 'illustrator',
  '480': 'librettist',
  '557': 'organiser of meeting',
  '570': 'other',
  '590': 'performer',
  '600': 'photographer',
  '630': 'producer',
  '650': 'publisher',
  '651': 'publishing director',
  '675': 'reviewer',
  '710': 'secretary',
  '727': 'thesis advisor',
  '730': 'translator',
  '755': 'vocalist',
  '760': 'wood-engraver',
};

/** Longest text taken for a role. */
const longestRole = 100;

/** The role in words: the library's own, or the term of its code; an unknown code stays itself. */
export function roleInWords(written: string): string | null {
  const role = written
    .slice(0, longestRole)
    .trim()
    .replace(/[.,;:，。；：]+$/, '');
  if (role === '') return null;
  const code = role.replace(/^https?:\/\/id\.loc\.gov\/vocabulary\/relators\//, '');
  if (code.length !== 3) return code;
  const term = marcCodes[code.toLowerCase()] ?? unimarcCodes[code];
  if (term !== undefined) return term;
  return /^[0-9]{3}$/.test(code) ? null : code;
}

/**
 * Roles of those named after the creators: translators, commentators, series and volume editors of
 * somebody else's text, illustrators, writers of prefaces, publishers.
 */
const secondary =
  /译|譯|校|审|審|注|註|插图|插圖|绘图|序|摄|攝|策划|策劃|责任编辑|責任編輯|丛书|叢書|出版|整理|标点|點校|导读|解说|trans|trad|übers|illus|introd|preface|foreword|afterword|comment|annot|photo|series|publish|review|narrat|advis|sponsor|honor|dedicat|degree|perform|former owner|book designer|adapter/i;

/** Whether the role is a creator's; a name without a role counts as one. */
export function isCreatorRole(role: string | null): boolean {
  return role === null || !secondary.test(role);
}

/** Role words that Chinese statements of responsibility put after the names, longest first. */
export const statementRoles = [
  '总主编',
  '總主編',
  '执行主编',
  '副主编',
  '副主編',
  '编著译',
  '主编译',
  '编译著',
  '选编译',
  '主编',
  '主編',
  '编著',
  '編著',
  '编写',
  '編寫',
  '编译',
  '編譯',
  '编纂',
  '編纂',
  '编辑',
  '編輯',
  '编绘',
  '编选',
  '编注',
  '編注',
  '译注',
  '譯注',
  '译著',
  '合著',
  '合译',
  '合編',
  '合编',
  '原著',
  '口述',
  '改编',
  '改編',
  '校注',
  '校点',
  '点校',
  '校译',
  '审校',
  '主审',
  '审定',
  '选注',
  '选编',
  '選編',
  '整理',
  '撰稿',
  '撰文',
  '摄影',
  '绘图',
  '插图',
  '主讲',
  '讲述',
  '起草',
  '提出',
  '编',
  '編',
  '著',
  '译',
  '譯',
  '撰',
  '辑',
  '輯',
  '绘',
  '校',
  '注',
] as const;
