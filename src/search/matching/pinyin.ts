import { createRequire } from 'node:module';

type Pinyin = typeof import('pinyin-pro')['pinyin'];

let convert: Pinyin | null = null;

/**
 * The syllables of Chinese text without tones; a name has its family name first, read as one (单 is
 * shan). The dictionary is loaded when Latin text first meets Chinese.
 */
export function pinyinOf(text: string, name = false): readonly string[] {
  convert ??= (createRequire(import.meta.url)('pinyin-pro') as { pinyin: Pinyin }).pinyin;
  const syllables = convert(text, {
    toneType: 'none',
    type: 'array',
    surname: name ? 'head' : 'off',
    v: true,
  });
  return syllables.map((syllable) => syllable.toLowerCase().replace('v', 'u'));
}
