import t from 'tap';
import { findLibraries, prepareFinding } from '../../../src/members/find.ts';
import { minimalDocument } from '../../support/documents.ts';
import { directoryOf, named, namesFoundIn } from './directory.ts';

const ofBeijing = directoryOf([
  minimalDocument('bupt', {
    code: '111013',
    name: {
      zh: '北京邮电大学图书馆',
      en: 'Beijing University of Posts and Telecommunications Library',
    },
    aliases: ['北邮'],
    campuses: [{ id: 'shahe', name: { zh: '沙河校区', en: 'Shahe campus' } }],
  }),
  minimalDocument('bupt-century', { code: '113629', name: { zh: '北京邮电大学世纪学院图书馆' } }),
  minimalDocument('cnu', { code: '111028', name: { zh: '首都师范大学图书馆' } }),
  minimalDocument('women', { code: '111149', name: { zh: '中华女子学院图书馆' } }),
]);

function firstFound(typed: string): string | undefined {
  return findLibraries(ofBeijing.list(), typed)[0]?.library.id;
}

t.test('finds a library by every spelling a reader tries', async (t) => {
  const tries = {
    bupt: [
      ...['北京邮电大学图书馆', '北京邮电', '邮电', '北邮', '沙河校区', 'shahe', '111013', 'bupt'],
      ...[
        'bjyddx',
        'bjydx',
        'BJYDXX',
        'Bjyd',
        'yddx',
        'beijingyoudian',
        'bei jing you dian da xue',
      ],
      ...['Beijing University of Posts', 'telecommunications', 'POSTS AND', 'telecomunications'],
      ...[
        'ＢＪＹＤＤＸ',
        'ｂｕｐｔ',
        '北京郵電大學',
        ' 北京 邮电 ',
        'běi jīng yóu diàn',
        "bei'jing'you",
      ],
      ...['北京yd', 'bj邮电', 'beijyd', 'bjyoudian', '北京you', '北京由电大学', '北京邮电大雪'],
    ],
    women: ['zhonghuanvzi', 'zhonghuanuzi', 'zhong hua nü zi', 'zhōnghuá nǚzǐ', 'zhnz', '女子'],
    cnu: ['首师大', 'sdsfdx', 'shoudushifan', 'sdsf'],
  };
  for (const [id, typed] of Object.entries(tries)) {
    for (const one of typed) t.equal(firstFound(one), id, one);
  }
});

t.test(
  'takes wholes, parts, one letter left out, one wrong, and then letters far apart',
  async (t) => {
    const find = namesFoundIn(
      directoryOf(named('工业大学', '北京工业大学', '国家业务大学', '工业小学', '工农业大学')),
    );
    t.same(find('gydx'), ['工业大学', '北京工业大学', '工农业大学', '工业小学', '国家业务大学']);
  },
);

t.test(
  'reads polyphones as the name has them, and takes the other reading where it stands alone',
  async (t) => {
    const first = {
      shoudutiyu: '首都体育学院',
      zhongyangyinyue: '中央音乐学院',
      zyyyxy: '中央音乐学院',
      zhongguochuanmei: '中国传媒大学',
      zgcm: '中国传媒大学',
      chongqingdaxue: '重庆大学',
      cqdx: '重庆大学',
      zhongdianjishu: '重点技术学校',
      changan: '长安大学',
      cadx: '长安大学',
      shizhangxuexiao: '市长学校',
      yinhangxuexiao: '银行学校',
      yhxx: '银行学校',
      xingzhengxueyuan: '国家行政学院',
      gjxzxy: '国家行政学院',
      kuaiji: '国家会计学院',
      xiamendaxue: '厦门大学',
      shamendaxue: '厦门大学',
      xizangdaxue: '西藏大学',
      luan: '六安学院',
      liuan: '六安学院',
      yueqing: '乐清市图书馆',
      leshan: '乐山师范学院',
    };
    const find = namesFoundIn(directoryOf(named(...new Set(Object.values(first)))));
    for (const [typed, name] of Object.entries(first)) t.equal(find(typed)[0], name, typed);
    const both = namesFoundIn(directoryOf(named('三重书院', '三种书院')));
    for (const typed of ['sanzhongshu', 'sanchongshu'])
      t.ok(both(typed).includes('三重书院'), typed);
  },
);

t.test('puts the reading that is right before the one that somebody might try', async (t) => {
  const find = namesFoundIn(directoryOf(named('长城学校', '张城学校')));
  t.same(find('zhangcheng'), ['张城学校', '长城学校']);
  t.same(find('changcheng')[0], '长城学校');
});

t.test(
  'finds nothing where nothing is like it, and everything where nothing was typed',
  async (t) => {
    for (const typed of ['zzzzzz', '上海', '%', '，。', 'qqqqqqqqqq', 'x'.repeat(5000)]) {
      t.same(findLibraries(ofBeijing.list(), typed), [], typed.slice(0, 20));
    }
    t.equal(findLibraries(ofBeijing.list(), '  ').length, 4);
  },
);

t.test(
  'a name that says one thing a hundred times is found by it, and by nothing longer',
  async (t) => {
    const find = namesFoundIn(directoryOf(named('安'.repeat(200), '恩安'.repeat(100))));
    t.equal(find(`${'an'.repeat(40)}xyz`).length, 0);
    t.equal(find('an'.repeat(20)).length, 1);
  },
);

t.test('is ready for a library as soon as it was added or changed', async (t) => {
  const directory = directoryOf(named('甲大学'));
  prepareFinding(directory);
  const [entry] = directory.list();
  if (entry === undefined) throw new Error('no entry');
  directory.put({ ...entry.library, name: { zh: '乙大学' } }, entry.input, 'file');
  await new Promise(setImmediate);
  const find = namesFoundIn(directory);
  t.same([find('yidaxue'), find('jiadaxue')], [['乙大学'], []]);
});
