import type { Carrier } from '../record.ts';
import type { RecordView } from './view.ts';

/**
 * What carries the work, where coded data or a designation says so. A printed book is coded no
 * differently from a record that says nothing, so null is the usual answer.
 */
export function carrierOf(marc: RecordView, isMarc21: boolean): Carrier | null {
  let found: Carrier | null = null;
  for (const field of marc.fields) {
    const { number } = field;
    if (field.isControl) {
      if (!isMarc21) continue;
      if (number === 7) found ??= fromPhysicalCode(field.value(field.first));
      else if (number === 8) found ??= fromFormOfItem(marc.leader, field.value(field.first));
      continue;
    }
    // 245 $h in MARC 21, 200 $b and 204 $a in UNIMARC; 337 and 338 are the same in both.
    const designation = isMarc21 ? number === 245 : number === 200 || number === 204;
    if (!designation && number !== 337 && number !== 338) continue;
    const code = !designation || number === 204 ? 'a' : isMarc21 ? 'h' : 'b';
    for (let at = field.first; at < field.end; at++) {
      if (field.code(at) === code) found ??= carrierInWords(field.value(at));
    }
  }
  return found;
}

/** 007/00 and 01 (MARC 21): category and specific material. */
function fromPhysicalCode(value: string): Carrier | null {
  switch (value.charAt(0)) {
    case 'c':
      return value.charAt(1) === 'r' ? 'online' : value.charAt(1) === 'o' ? 'disc' : null;
    case 'h':
      return 'microform';
    case 'f':
      return value.charAt(1) === 'b' ? 'braille' : null;
    default:
      return null;
  }
}

/**
 * Form of item: 008/23, for maps and pictures 008/29. Microform (a, b, c) is left to 007 and the
 * description, because records of the printed book keep the code of the film they were copied from.
 */
function fromFormOfItem(leader: string, value: string): Carrier | null {
  const place = 'efgkor'.includes(leader.charAt(6)) ? 29 : 23;
  switch (value.charAt(place)) {
    case 'f':
      return 'braille';
    case 'o':
    case 's':
      return 'online';
    case 'q':
      return 'disc';
    default:
      return null;
  }
}

const online =
  /online|electronic|internet|website|ebook|e-book|elektroni|verkko|en ligne|ressource électronique|электронн|电子|電子|网络|網絡|網路|在线|線上|联机/i;
const disc = /cd-?rom|\bdvd|computer dis[ck]|computer optical|光盘|光碟|磁盘|磁碟/i;
const microform = /micro(?:fi|form|opaque|card)|缩微|縮微/i;
const braille = /braille|盲文|點字|点字/i;

/** The carrier that words name (`[electronic resource]`, 电子资源, `1 online resource`), or null. */
export function carrierInWords(text: string): Carrier | null {
  if (text === '') return null;
  if (disc.test(text)) return 'disc';
  if (online.test(text)) return 'online';
  if (microform.test(text)) return 'microform';
  return braille.test(text) ? 'braille' : null;
}
