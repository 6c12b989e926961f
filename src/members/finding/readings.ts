import { pinyin } from 'pinyin-pro';

/**
 * Words of institutions and places whose reading the general dictionary does not know, or knows only
 * beside other words. Longer words win over shorter ones.
 */
const nameWords: Readonly<Record<string, string>> = {
  首都: 'shou du',
  都匀: 'du yun',
  音乐: 'yin yue',
  乐团: 'yue tuan',
  乐器: 'yue qi',
  乐清: 'yue qing',
  声乐: 'sheng yue',
  器乐: 'qi yue',
  传媒: 'chuan mei',
  传播: 'chuan bo',
  重庆: 'chong qing',
  银行: 'yin hang',
  农行: 'nong hang',
  工行: 'gong hang',
  交行: 'jiao hang',
  央行: 'yang hang',
  行政: 'xing zheng',
  会计: 'kuai ji',
  会稽: 'kuai ji',
  藏学: 'zang xue',
  藏医: 'zang yi',
  藏族: 'zang zu',
  长白: 'chang bai',
  长治: 'chang zhi',
  长春: 'chang chun',
  单县: 'shan xian',
  尉犁: 'yu li',
  蔚县: 'yu xian',
  歙县: 'she xian',
  涡阳: 'guo yang',
  枞阳: 'zong yang',
  泌阳: 'bi yang',
  中牟: 'zhong mu',
  大埔: 'da bu',
  六安: 'lu an',
  六合: 'lu he',
  莘庄: 'xin zhuang',
  黄陂: 'huang pi',
  浒墅关: 'xu shu guan',
  瓦窑堡: 'wa yao bu',
};
const longestWord = Math.max(...Object.keys(nameWords).map((word) => word.length));

/** Characters that readers of a name read in more than one way. */
const polyphones: Readonly<Record<string, readonly string[]>> = {
  乐: ['le', 'yue'],
  长: ['chang', 'zhang'],
  行: ['xing', 'hang'],
  重: ['zhong', 'chong'],
  传: ['chuan', 'zhuan'],
  都: ['du', 'dou'],
  厦: ['xia', 'sha'],
  朝: ['chao', 'zhao'],
  会: ['hui', 'kuai'],
  藏: ['cang', 'zang'],
  单: ['dan', 'shan'],
  解: ['jie', 'xie'],
  率: ['lü', 'shuai'],
  校: ['xiao', 'jiao'],
  曾: ['zeng', 'ceng'],
  宿: ['su', 'xiu'],
  调: ['diao', 'tiao'],
  参: ['can', 'shen'],
  埔: ['pu', 'bu'],
  堡: ['bao', 'bu', 'pu'],
  蚌: ['beng', 'bang'],
  番: ['fan', 'pan'],
  柏: ['bai', 'bo'],
  车: ['che', 'ju'],
  尉: ['wei', 'yu'],
  蔚: ['wei', 'yu'],
  六: ['liu', 'lu'],
  莞: ['guan', 'wan'],
  泊: ['bo', 'po'],
  阿: ['a', 'e'],
  盛: ['sheng', 'cheng'],
  查: ['cha', 'zha'],
  莘: ['shen', 'xin'],
  歙: ['she', 'xi'],
  涡: ['guo', 'wo'],
  枞: ['zong', 'cong'],
  泌: ['mi', 'bi'],
  牟: ['mou', 'mu'],
  荥: ['xing', 'ying'],
  拓: ['tuo', 'ta'],
  给: ['ji', 'gei'],
  血: ['xue', 'xie'],
  角: ['jiao', 'jue'],
  落: ['luo', 'lao'],
  省: ['sheng', 'xing'],
  浒: ['hu', 'xu'],
  陂: ['bei', 'pi'],
  亳: ['bo', 'hao'],
  圩: ['wei', 'xu'],
  模: ['mo', 'mu'],
  色: ['se', 'shai'],
};

/**
 * The readings of each character of a name, the usual one first. Where readers differ (重 in a name nobody told us about)
 * every reading is accepted; the one that words settle, or else the general dictionary, comes first.
 */
export function readingsOf(name: string): readonly (readonly string[])[] {
  const characters = [...name];
  const general = pinyin(name, { toneType: 'none', type: 'array' });
  const first = characters.map((character, at) =>
    general.length === characters.length ? (general[at] ?? character) : character,
  );
  for (let at = 0; at < characters.length; at++) {
    const word = wordAt(characters, at);
    if (word === null) continue;
    const syllables = (nameWords[word] as string).split(' ');
    first.splice(at, syllables.length, ...syllables);
    at += syllables.length - 1;
  }
  return characters.map((character, at) => {
    const usual = (first[at] as string).toLowerCase();
    const others = (polyphones[character] ?? []).filter((reading) => reading !== usual);
    return [usual, ...others];
  });
}

function wordAt(characters: readonly string[], at: number): string | null {
  for (let length = Math.min(longestWord, characters.length - at); length > 1; length--) {
    const word = characters.slice(at, at + length).join('');
    if (Object.hasOwn(nameWords, word)) return word;
  }
  return null;
}
