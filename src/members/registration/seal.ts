import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
/** First byte of what is sealed, so that another way of sealing can be told from this one. */
const format = 1;

/**
 * Encrypts a text (AES-256-GCM, NIST SP 800-38D) for one place: moved to another row it cannot be
 * opened. Its length is padded to a multiple of 64, so that it says little about a password.
 */
export function seal(key: Uint8Array, place: string, text: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(place));
  const padded = text.padEnd(text.length + ((64 - (Buffer.byteLength(text) % 64)) % 64), ' ');
  const sealed = Buffer.concat([cipher.update(padded, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(format), nonce, cipher.getAuthTag(), sealed]);
}

/** The text, or null where key or place are others than it was sealed with, or a byte was changed. */
export function unseal(key: Uint8Array, place: string, sealed: Buffer): string | null {
  const start = 1 + nonceBytes + tagBytes;
  if (sealed[0] !== format || sealed.length < start) return null;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(1, 1 + nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(1 + nonceBytes, start));
  try {
    return decipher.update(sealed.subarray(start), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
