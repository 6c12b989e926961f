import { createHash, randomBytes } from 'node:crypto';

/** What is given out once and kept as its digest only: session tokens, links in mails. */
export interface Secret {
  /** 32 random bytes as base64url. */
  readonly text: string;
  readonly hash: Buffer;
}

export function newSecret(): Secret {
  const text = randomBytes(32).toString('base64url');
  return { text, hash: hashSecret(text) };
}

/**
 * SHA-256 is enough for a secret of 256 random bits: there is nothing to guess, so nothing to slow
 * down. Passwords are another matter (passwords.ts).
 */
export function hashSecret(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether a text has the form of our secrets; nothing else needs to be looked up. */
export function isSecret(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
