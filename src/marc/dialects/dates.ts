/**
 * Years in the dates of catalogues: `2014.2`, `[1998?]`, `c2001`, `200710`, `民国25 [1936]`,
 * `二〇〇八年`, `Shōwa 46 [1971]`. A year counts between 1000 and next year.
 */

/** First year of each era less one, so that the era's year adds up to the common one. */
const eras: readonly (readonly [string, number])[] = [
  ['民国', 1911],
  ['民國', 1911],
  ['中华民国', 1911],
  ['中華民國', 1911],
  ['宣统', 1908],
  ['宣統', 1908],
  ['光绪', 1874],
  ['光緒', 1874],
  ['同治', 1861],
  ['咸丰', 1850],
  ['咸豐', 1850],
  ['道光', 1820],
  ['嘉庆', 1795],
  ['嘉慶', 1795],
  ['乾隆', 1735],
  ['雍正', 1722],
  ['康熙', 1661],
  ['顺治', 1643],
  ['順治', 1643],
  ['明治', 1867],
  ['大正', 1911],
  ['昭和', 1925],
  ['平成', 1988],
  ['令和', 2018],
];
const eraYear = new RegExp(
  `(${eras.map(([name]) => name).join('|')})\\s*(元|[0-9０-９]{1,2}|[〇零一二三四五六七八九十廿卅]{1,4})`,
);
const eraStart: ReadonlyMap<string, number> = new Map(eras);

/**
 * The year of a date as written. Where it holds several, the coded year decides if it is among them
 * (an Islamic or copyright year may stand first); else the first one.
 */
export function yearOf(date: string, codedYear: number | null): number | null {
  if (date.length === 4) {
    const plain = plainYear(date);
    if (plain !== null) return plain;
  }
  const years = writtenYears(date);
  if (codedYear !== null && years.includes(codedYear)) return codedYear;
  return years[0] ?? chineseYear(date);
}

/** A year from coded data (MARC 21 008/07–10, UNIMARC 100 $a/9–12), or null for `19uu` and blanks. */
export function codedYear(coded: string): number | null {
  return coded.length === 4 ? plainYear(coded) : null;
}

let latest = 0;

/** No book is dated later than the year after this one. The clock is asked only about years beyond the latest known. */
function isTooLate(year: number): boolean {
  if (year > latest) latest = new Date().getFullYear() + 1;
  return year > latest;
}

function plainYear(text: string): number | null {
  let year = 0;
  for (let i = 0; i < 4; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return null;
    year = year * 10 + digit;
  }
  return year < 1000 || isTooLate(year) ? null : year;
}

/** Runs of four digits, and the first four of six or eight (`200710`, `20071001`). */
function writtenYears(date: string): readonly number[] {
  const years: number[] = [];
  let run = '';
  for (let i = 0; i <= date.length && i <= 200; i++) {
    const code = date.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) run += date.charAt(i);
    else if (code >= 0xff10 && code <= 0xff19) run += String.fromCharCode(code - 0xfee0);
    else {
      if (run.length === 4 || run.length === 6 || run.length === 8) {
        const year = plainYear(run);
        if (year !== null) years.push(year);
      }
      run = '';
    }
  }
  return years;
}

/** `民国二十五年` and `一九三六年`, where no year of the common era is written. */
function chineseYear(date: string): number | null {
  const era = eraYear.exec(date);
  if (era !== null) {
    const start = eraStart.get(era[1] ?? '');
    const count = era[2] === '元' ? 1 : smallNumber(era[2] ?? '');
    if (start !== undefined && count !== null)
      return isTooLate(start + count) ? null : start + count;
  }
  const digits = /[〇○零一二三四五六七八九]{4}/.exec(date)?.[0];
  if (digits === undefined) return null;
  return plainYear([...digits].map((digit) => chineseDigit(digit)).join(''));
}

function chineseDigit(character: string): number {
  if (character === '零' || character === '○') return 0;
  return '〇一二三四五六七八九'.indexOf(character);
}

/** A number below a hundred in digits or Chinese (`25`, `二十五`, `廿五`), or null. */
function smallNumber(text: string): number | null {
  if (/^[0-9０-９]+$/.test(text)) return Number(text.normalize('NFKC'));
  const spelled = text.replace(/^廿/, '二十').replace(/^卅/, '三十');
  const [tens, units] = spelled.includes('十') ? spelled.split('十') : ['', spelled];
  const ten = spelled.includes('十') ? (tens === '' ? 1 : chineseDigit(tens ?? '')) : 0;
  const unit = units === '' || units === undefined ? 0 : chineseDigit(units);
  return ten < 0 || unit < 0 ? null : ten * 10 + unit;
}
