import { gzipSync } from 'node:zlib';

/** The page a web server in front of a broken catalogue shows, with status 200. */
export const htmlErrorPage =
  '<!DOCTYPE html><html><head><title>系统维护</title></head>' +
  '<body><h1>系统维护中，请稍后再试</h1><p>Service temporarily unavailable<br></body></html>';

/** Text content with control characters and bare ampersands, as old systems send them. */
export function spoil(body: string): string {
  return body.replace(/([\p{L}\p{N}])(<\/|",)/gu, '$1\u0001 & \u000b$2');
}

let bomb: Buffer | null = null;

/**
 * 256 MiB of blanks in some 260 kB of gzip. Members may be strung together (RFC 1952 section 2.2), so
 * that one small member is enough to make many.
 */
export function gzipBomb(): Uint8Array {
  if (bomb === null) {
    const member = gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '), { level: 9 });
    bomb = Buffer.concat(Array.from({ length: 16 }, () => member));
  }
  return bomb;
}
