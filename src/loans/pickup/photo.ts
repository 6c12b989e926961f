import sharp from 'sharp';
import { LoanError, type Sentence } from '../errors.ts';

/** A photo has to be smaller than this (500 K). */
export const maxPhotoBytes = 500 * 1024;
const maxPixels = 25_000_000;
const leastSide = 100;
const width = 600;
const height = 800;

export interface CheckedPhoto {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
}

function refuse(rule: string, sentence: Sentence, cause?: unknown): never {
  throw new LoanError('invalid', sentence, { rule, pointer: '/photo', cause });
}

/** What the first bytes say: JPEG, PNG and WebP are taken, whatever a name or header claims. */
function looksLikeImage(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 12));
  const jpeg = text[0] === 0xff && text[1] === 0xd8 && text[2] === 0xff;
  const png = text.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  const webp = text.toString('latin1', 0, 4) === 'RIFF' && text.toString('latin1', 8) === 'WEBP';
  return jpeg || png || webp;
}

/**
 * Checks a photo and makes it anew: only the pixels are kept, turned upright and no larger than a
 * pass needs; places, devices and everything else a file carries are gone. Throws LoanError.
 */
export async function checkPhoto(bytes: Uint8Array): Promise<CheckedPhoto> {
  if (bytes.byteLength >= maxPhotoBytes) {
    refuse('account.photo.maxBytes', {
      zh: '照片须小于500 K。',
      en: 'The photo must be smaller than 500 K.',
    });
  }
  const notAnImage = {
    zh: '须为JPEG、PNG或WebP格式的照片。',
    en: 'The photo must be a JPEG, PNG or WebP image.',
  };
  if (!looksLikeImage(bytes)) refuse('account.photo.type', notAnImage);
  try {
    const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', pages: 1 });
    const { format, width: wide = 0, height: high = 0 } = await image.metadata();
    if (!['jpeg', 'png', 'webp'].includes(format ?? '')) refuse('account.photo.type', notAnImage);
    if (wide < leastSide || high < leastSide) {
      refuse('account.photo.size', {
        zh: `照片每边至少${leastSide}像素。`,
        en: `Each side of the photo must have at least ${leastSide} pixels.`,
      });
    }
    const { data, info } = await image
      .autoOrient()
      .resize(width, height, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: 85 })
      .toBuffer({ resolveWithObject: true });
    return { jpeg: data, width: info.width, height: info.height };
  } catch (error) {
    if (error instanceof LoanError) throw error;
    return refuse('account.photo.type', notAnImage, error);
  }
}
