import { createRequire } from 'node:module';

type Pinyin = typeof import('pinyin-pro')['pinyin'];

let convert: Pinyin | null = null;

/**
 * The syllables of a Chinese name without tones, family name first and read as one (单 is shan).
 * The dictionary is loaded when a Latin name first meets a Chinese one.
 */
export function pinyinOf(name: string): readonly string[] {
  convert ??= (createRequire(import.meta.url)('pinyin-pro') as { pinyin: Pinyin }).pinyin;
  const syllables = convert(name, { toneType: 'none', type: 'array', surname: 'head', v: true });
  return syllables.map((syllable) => syllable.toLowerCase().replace('v', 'u'));
}
