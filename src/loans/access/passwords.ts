import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { LoanError } from '../errors.ts';

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. */
const memoryKib = 19_456;
const passes = 2;
const lanes = 1;
const saltBytes = 16;
const hashBytes = 32;

/** Hashes worked out at a time, and how many more may wait: beyond that people are sent away. */
const atOnce = 2;
const maxWaiting = 64;

const derive = promisify<'argon2id', Argon2Parameters, Buffer>(argon2 as never);
const limit = pLimit(atOnce);

interface Phc {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** The same password typed on any keyboard: compatibility forms are folded, nothing is trimmed. */
function bytesOf(password: string): Buffer {
  return Buffer.from(password.normalize('NFKC'), 'utf8');
}

/** A new hash as a PHC string. Throws LoanError busy. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const wanted = { memory: memoryKib, passes, parallelism: lanes, salt };
  const hash = await work(password, wanted, hashBytes);
  const parameters = `m=${memoryKib},t=${passes},p=${lanes}`;
  return `$argon2id$v=19$${parameters}$${base64(salt)}$${base64(hash)}`;
}

export interface Verdict {
  readonly right: boolean;
  /** The hash is weaker than a new one would be. */
  readonly outdated: boolean;
}

/**
 * Compares a password with its hash. Without a hash it does the same work and says no, so that
 * the time does not tell whether there is an account. Throws LoanError busy.
 */
export async function verifyPassword(password: string, phc: string | null): Promise<Verdict> {
  const stored = phc === null ? null : readPhc(phc);
  const against = stored ?? (await decoy());
  const hash = await work(password, against, against.hash.length);
  const right = timingSafeEqual(hash, against.hash) && stored !== null;
  const outdated = against.memory < memoryKib || against.passes < passes;
  return { right, outdated: right && outdated };
}

let madeUp: Promise<Phc> | undefined;

/** The hash of a password that nobody knows. */
function decoy(): Promise<Phc> {
  madeUp ??= hashPassword(randomBytes(24).toString('base64')).then(readPhc);
  return madeUp;
}

async function work(
  password: string,
  { memory, passes, parallelism, salt }: Omit<Phc, 'hash'>,
  tagLength: number,
): Promise<Buffer> {
  if (limit.pendingCount >= maxWaiting) {
    const sentence = { zh: '系统繁忙，请稍后再试。', en: 'The system is busy; try again shortly.' };
    throw new LoanError('busy', sentence, { retryAfterSeconds: 5 });
  }
  const message = bytesOf(password);
  return await limit(() =>
    derive('argon2id', { message, nonce: salt, parallelism, tagLength, memory, passes }),
  );
}

function readPhc(phc: string): Phc {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{11,86})\$([\w+/]{16,86})$/.exec(
      phc,
    );
  if (match === null) throw new TypeError('a stored password is not a PHC string of argon2id');
  const [, memory, times, parallelism, salt = '', hash = ''] = match;
  return {
    memory: Number(memory),
    passes: Number(times),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

/** Base64 without padding, as PHC strings have it. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
