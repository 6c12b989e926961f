import { hasHan, isHan } from '../text.ts';
import { type Findings, look, lookAgain, mayHoldHan } from './look.ts';
import { withoutMarks, withoutStop } from './punctuation.ts';
import { statementRoles } from './roles.ts';

/** Names as fields and statements of responsibility give them, one by one and without ornament. */

/** Most names taken out of one statement; a statement with more is no list of names. */
const maximumNames = 30;
/** Longest stretch between separators that is still names and a role. */
const longestPart = 120;

/** A name on its own: no marks, no country or dynasty in brackets (`(美)`, `[清]`, `〔宋〕`). */
export function plainName(value: string, found: Findings = look(value)): string {
  const marked = withoutMarks(value, found);
  // `Smith, J.` keeps its stop, `Smith, John.` does not.
  const text = marked.endsWith('.') ? withoutStop(marked, lookAgain(marked, found)) : marked;
  if (isOpening(text.charCodeAt(0))) {
    const bare = text.replace(/^[([（［〔【][^)\]）］〕】]{1,12}[)\]）］〕】]\s*/, '');
    return hasHan(bare) ? closeHanName(bare) : bare;
  }
  return mayHoldHan(found) && text.includes(' ') && hasHan(text) ? closeHanName(text) : text;
}

function isOpening(code: number): boolean {
  return (
    code === 0x28 ||
    code === 0x5b ||
    code === 0xff08 ||
    code === 0xff3b ||
    code === 0x3014 ||
    code === 0x3010
  );
}

/** A personal name; `刘, 宁` and `齋藤, 義實` are Han names entered as Western ones are. */
export function personName(value: string, found: Findings = look(value)): string {
  const name = plainName(value, found);
  return mayHoldHan(found) && name.includes(',') && hasHan(name)
    ? name.replace(/^(\p{Script=Han}{1,4}), ?(?=\p{Script=Han}{1,4}$)/u, '$1')
    : name;
}

/**
 * Several names in one subfield (`李智民 刘璐 张健杰`, `马月坤，陈昊`), which only Chinese records
 * have; a Latin name keeps its comma.
 */
export function namesOf(value: string, found: Findings = look(value)): readonly string[] {
  const text = withoutMarks(value, found);
  if (!hasHan(text)) return text === '' ? [] : [plainName(text, lookAgain(text, found))];
  const parts = text.split(/[,，、;；]/).slice(0, maximumNames);
  return parts.flatMap(hanNames).filter((name) => name !== '');
}

/** Blanks between whole Han names separate them; a blank inside a name (`李 强`) is filling. */
function hanNames(part: string): readonly string[] {
  const words = part.trim().split(/[ \u3000]+/);
  const separate = words.length > 1 && words.every((word) => /^\p{Script=Han}{2,4}$/u.test(word));
  return separate ? words : [plainName(part)];
}

function closeHanName(name: string): string {
  return name.replace(/([\p{Script=Han}·])[ \u3000]+(?=[\p{Script=Han}·])/gu, '$1');
}

export interface StatedName {
  readonly name: string;
  readonly role: string | null;
  readonly kind: 'person' | 'body';
}

/**
 * The names in a Chinese statement of responsibility: `冯红艳, 徐铜文, 杨伟华主编` is three persons
 * who are 主编. A role belongs to every name before it back to the role before.
 */
export function namesInStatement(statement: string): readonly StatedName[] {
  if (!hasHan(statement)) return [];
  const found: StatedName[] = [];
  for (const group of statement.split(/[;；]/).slice(0, maximumNames)) {
    // A statement in another writing repeats the Chinese one.
    if (!hasHan(group)) continue;
    let waiting: string[] = [];
    for (const part of group.split(/[,，、]/).slice(0, maximumNames)) {
      if (part.length > longestPart) continue;
      const { names, role } = splitRole(part.trim());
      waiting.push(...hanNames(names));
      if (role !== null) {
        found.push(...waiting.map((name) => statedName(name, role)));
        waiting = [];
      }
    }
    found.push(...waiting.map((name) => statedName(name, null)));
  }
  return found.filter(({ name }) => name !== '' && name.length <= 40).slice(0, maximumNames);
}

/** `主编李晶`: the role first, then a name of the usual length. */
const roleBefore =
  /^(总主编|主编|副主编|编著|编译|主审|译者|编者|作者)[:： ]?(?=\p{Script=Han}{2,4}$)/u;

function splitRole(part: string): { readonly names: string; readonly role: string | null } {
  const text = part.replace(/[.。\]］]+$/, '').replace(/^[[［](?=[^\]］]*$)/, '');
  for (const role of statementRoles) {
    if (text.length > role.length && text.endsWith(role)) {
      const names = text.slice(0, -role.length).replace(/[…. ]*(?:\[?等\]?|［等］)?[ ]*$/, '');
      return { names, role };
    }
  }
  const before = roleBefore.exec(text);
  if (before?.[1] !== undefined) return { names: text.slice(before[1].length), role: before[1] };
  return { names: text.replace(/(?:\[等\]|［等］|等)$/, ''), role: null };
}

const bodyEnd =
  /(?:局|部|厅|廳|处|处|院|校|所|室|组|組|会|會|社|公司|集团|集團|中心|大学|大學|学院|學院|馆|館|站|台|网|系|厂|廠|军|委|办|署|库|协会|学会|编委会|图书馆)$/u;

function statedName(name: string, role: string | null): StatedName {
  const isBody = name.length > 4 && bodyEnd.test(name);
  return { name, role, kind: isBody ? 'body' : 'person' };
}

/** Joins a UNIMARC entry element and the rest of the name: `毛` `泽东`, `Rowling` `J. K.` */
export function joinedName(entry: string, rest: string | null, inverted: boolean): string {
  if (rest === null || rest === '') return entry;
  const both = isHan(entry.codePointAt(0) ?? 0) && isHan(rest.codePointAt(0) ?? 0);
  if (both) return entry + rest;
  return inverted ? `${entry}, ${rest}` : `${entry} ${rest}`;
}
