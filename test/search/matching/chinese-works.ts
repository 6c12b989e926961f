import type { ChineseWork } from './chinese-variants.ts';
import { syntheticIsbn } from './isbn.ts';

/**
 * Invented books: title, the same in traditional script, pinyin, subtitle, part, its forms in other
 * catalogues, edition, author, in traditional script, in pinyin, publisher, in traditional script,
 * place, year, pages, serial of the ISBN.
 */
const lines = `
高等数学|高等數學|Gao deng shu xue||上册|v. 1|第5版|周立衡|周立衡|Zhou, Liheng|砚湖大学出版社|硯湖大學出版社|武汉|2007|402|81001
化学工程原理|化學工程原理|Hua xue gong cheng yuan li||||第2版|谭国瑞|譚國瑞|Tan, Guorui|炼海化学出版社|煉海化學出版社|大连|2011|356|81002
西湖诗话校注|西湖詩話校注|Xi hu shi hua jiao zhu|附索引||||陆明远|陸明遠|Lu, Mingyuan|梧桐文史出版社|梧桐文史出版社|杭州|1986|231|
图书馆学基础|圖書館學基礎|Tu shu guan xue ji chu||||修订版|吴书琴|吳書琴|Wu, Shuqin|澄江教育出版社|澄江教育出版社|南京|1995|288|81003
大学英语综合教程|大學英語綜合教程|Da xue ying yu zong he jiao cheng||第3册|v. 3||韩月明|韓月明|Han, Yueming|远帆外语出版社|遠帆外語出版社|上海|2009|214|81004
程序设计语言C++|程序設計語言C++|Cheng xu she ji yu yan C++|从入门到实践|||第3版|罗文海|羅文海|Luo, Wenhai|工源技术出版社|工源技術出版社|天津|2014|498|81005
中国古代园林史|中國古代園林史|Zhongguo gu dai yuan lin shi|||||郑怀仁|鄭懷仁|Zheng, Huairen|青崖美术出版社|青崖美術出版社|北京|1999|367|81006
土壤学|土壤學|Tu rang xue|||||严丰年|嚴豐年|Yan, Fengnian|仁雨医药出版社|仁雨醫藥出版社|广州|2003|309|81007
红杉集|紅杉集|Hong shan ji|诗歌与散文||||叶青岚|葉青嵐|Ye, Qinglan|晚潮文艺出版社|晚潮文藝出版社|成都|1991|175|
宏观经济学|宏觀經濟學|Hong guan jing ji xue|理论与案例|||第4版|单志诚|單志誠|Shan, Zhicheng|汇川财经出版社|匯川財經出版社|成都|2016|433|81008
明清县志考|明清縣志考|Ming Qing xian zhi kao||卷二|v. 2||葛存厚|葛存厚|Ge, Cunhou|梧桐文史出版社|梧桐文史出版社|西安|2001|520|81009
音乐视唱教程|音樂視唱教程|Yin yue shi chang jiao cheng||||第2版|贾音和|賈音和|Jia, Yinhe|弦歌乐谱出版社|弦歌樂譜出版社|上海|1988|166|
`;

export const chineseWorks: readonly ChineseWork[] = lines
  .trim()
  .split('\n')
  .map((line) => {
    const at = line.split('|');
    const text = (i: number) => at[i] ?? '';
    return {
      title: text(0),
      traditional: text(1),
      pinyin: text(2),
      subtitle: text(3),
      part: text(4),
      latinPart: text(5),
      edition: text(6),
      author: text(7),
      authorTraditional: text(8),
      authorPinyin: text(9),
      publisher: text(10),
      publisherTraditional: text(11),
      place: text(12),
      year: Number(text(13)),
      pages: Number(text(14)),
      isbn: syntheticIsbn(text(15)),
    };
  });
