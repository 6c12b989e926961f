import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The gateway's secret key: the configured one, or one made at the first start and kept in the data
 * folder. Several gateways with one database need the same, configured.
 */
export async function secretKey(configured: string | null, dataFolder: string): Promise<Buffer> {
  if (configured !== null) return Buffer.from(configured, 'utf8');
  const file = join(dataFolder, 'secret.key');
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const made = `${randomBytes(32).toString('base64url')}\n`;
  await writeFile(file, made, { mode: 0o600, flag: 'wx' }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return Buffer.from((await readFile(file, 'utf8')).trim(), 'utf8');
}

/** A key for one purpose (RFC 5869), so that none is used for two. */
export function deriveKey(secret: Buffer, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'guanji', purpose, 32));
}
