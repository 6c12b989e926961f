import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Administrator {
  isAdministrator(token: string): boolean;
  /** The token made at this start, to be shown once; null where there was one already. */
  readonly made: string | null;
}

/**
 * The federation administrator's token: the configured one, or one made at the first start, of which
 * only the digest is kept in the data folder.
 */
export async function createAdministrator(
  configured: string | null,
  dataFolder: string,
): Promise<Administrator> {
  if (configured !== null) return administrator(digestOf(configured), null);
  const file = join(dataFolder, 'administrator.sha256');
  const known = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (known !== null) return administrator(Buffer.from(known.trim(), 'hex'), null);
  const made = randomBytes(24).toString('base64url');
  await mkdir(dataFolder, { recursive: true });
  await writeFile(file, `${digestOf(made).toString('hex')}\n`, { mode: 0o600 });
  return administrator(digestOf(made), made);
}

function administrator(digest: Buffer, made: string | null): Administrator {
  return {
    made,
    isAdministrator: (token) => {
      const given = digestOf(token);
      return given.length === digest.length && timingSafeEqual(given, digest);
    },
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
