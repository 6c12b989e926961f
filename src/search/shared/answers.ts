import { createHash } from 'node:crypto';
import type { SharedAnswers, SharedTurn, StoredAnswer } from '../shared-answers.ts';
import { packAnswer, unpackAnswer } from './codec.ts';
import { type Reply, type SharedConnection, script } from './connection.ts';

export interface SharedAnswersSettings {
  /** An answer is shown to new searches this long. */
  readonly freshMs: number;
  /** It is kept this long, so that searches it was part of can be read again. */
  readonly keepMs: number;
  /** A "nothing here" is believed this long. */
  readonly negativeMs: number;
}

/** The right to ask lapses after this unless it is renewed: a gateway that dies holds nobody up. */
const turnMs = 3000;
/** Who waits for another gateway looks again by itself this often, should its word be lost. */
const lookAgainMs = 250;

/**
 * One step: the answer where a fresh one is kept (1), the right to ask (2), or word that another gateway
 * has it (0). Ages are told by the store's own clock. `steal` takes the right whoever has it.
 */
const take = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] == 'join' then
  local kept = redis.call('HMGET', KEYS[1], 'at', 'fresh')
  if kept[1] and now - tonumber(kept[1]) <= tonumber(kept[2]) then
    return {1, redis.call('HGET', KEYS[1], 'answer'), now - tonumber(kept[1])}
  end
  if redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2], 'NX') then return {2} end
  return {0}
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return {2}`);

/** Keeps an answer of the one that has the right to ask; a late one of somebody else is refused. */
const publish = script(`
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'answer', ARGV[2], 'at', now, 'fresh', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('DEL', KEYS[2])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1`);

const giveBack = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`);

const renew = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`);

const peek = script(`
local kept = redis.call('HMGET', KEYS[1], 'answer', 'at')
if not kept[1] then return false end
local time = redis.call('TIME')
return {kept[1], time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(kept[2])}`);

/** Answers shared through Redis or Valkey; see SharedAnswers for what is promised. */
export function createSharedAnswers(
  connection: SharedConnection,
  settings: SharedAnswersSettings,
): SharedAnswers {
  const waiting = new Map<string, Set<() => void>>();
  let turns = 0;
  connection.onNews('answer', (name) => {
    for (const wake of [...(waiting.get(name) ?? [])]) wake();
  });

  return {
    async ask(key, steal) {
      const place = placeOf(connection, key);
      const token = `${connection.gateway} ${++turns}`;
      const mode = steal ? 'steal' : 'join';
      const reply = await connection.run(take, [place.answer, place.turn], [token, turnMs, mode]);
      const [kind, packed, age] = reply as readonly Reply[];
      if (kind === 1) return { answer: await stored(packed, age) };
      if (kind === 2) return { turn: turnOf(place, token) };
      return { changed: (signal) => changed(place.name, signal) };
    },
    async read(key) {
      const reply = await connection.run(peek, [placeOf(connection, key).answer], []);
      if (reply === null) return undefined;
      const [packed, age] = reply as readonly Reply[];
      return stored(packed, age);
    },
  };

  function turnOf(place: Place, token: string): SharedTurn {
    let over = false;
    const timer = setInterval(() => {
      connection.run(renew, [place.turn], [token, turnMs]).catch(() => {});
    }, turnMs / 3).unref();
    const end = () => {
      over = true;
      clearInterval(timer);
    };
    const news = [connection.channel, `answer ${place.name}`] as const;
    return {
      async publish(answer) {
        if (over) return;
        const packed = await packAnswer(answer);
        end();
        const freshMs = answer.outcome.hits === 0 ? settings.negativeMs : settings.freshMs;
        const args = [token, packed, settings.keepMs, freshMs, ...news];
        await connection.run(publish, [place.answer, place.turn], args);
      },
      release() {
        if (over) return;
        end();
        connection.run(giveBack, [place.turn], [token, ...news]).catch(() => {});
      },
    };
  }

  function changed(name: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const known = waiting.get(name) ?? new Set();
      waiting.set(name, known);
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', settle);
        known.delete(settle);
        if (known.size === 0) waiting.delete(name);
        resolve();
      };
      const timer = setTimeout(settle, lookAgainMs);
      signal.addEventListener('abort', settle, { once: true });
      known.add(settle);
      if (signal.aborted) settle();
    });
  }
}

interface Place {
  readonly name: string;
  readonly answer: string;
  readonly turn: string;
}

/** Keys hold a digest: what readers look for does not stand in the names of keys. */
function placeOf(connection: SharedConnection, key: string): Place {
  const name = createHash('sha256').update(key).digest('base64url');
  return {
    name,
    answer: connection.key('answer', `{${name}}`),
    turn: connection.key('turn', `{${name}}`),
  };
}

async function stored(packed: Reply | undefined, age: Reply | undefined): Promise<StoredAnswer> {
  const { outcome, records } = await unpackAnswer(packed as Buffer);
  return { outcome, records, ageMs: Math.max(0, Number(age)) };
}
