import { type ConnectorError, failedStates } from '../members/errors.ts';
import type { AnswerState, Library, Outcome } from '../members/types.ts';
import { UnsupportedQueryError } from '../query/errors.ts';

/**
 * How one library has answered so far. Only the states that heard a count from the library carry one,
 * and only `empty`, made from an answer, means nought: a library that did not answer cannot show 0.
 */
export type Verdict =
  | { readonly state: 'asking' | 'slow' }
  | { readonly state: 'answered' | 'answered_estimate'; readonly hits: number }
  | { readonly state: 'empty'; readonly hits: 0 }
  | Failure<'partial' | 'stopped', number | null>
  | Failure<FailedState, null>;

type FailedState = Exclude<
  AnswerState,
  'asking' | 'slow' | 'answered' | 'answered_estimate' | 'empty' | 'partial' | 'stopped'
>;

interface Failure<S extends AnswerState, H> {
  readonly state: S;
  readonly hits: H;
  readonly cause: string;
  readonly retryAfterMs: number | null;
  /** A sentence of its own where the library's state alone says too little. */
  readonly sentence?: Sentence;
}

export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** What a whole search has heard from one library by now. */
export interface Heard {
  readonly hits: number | null;
  readonly fetched: number;
}

/** The verdict on an answer that came to its end. */
export function answeredVerdict(outcome: Outcome, heard: Heard): Verdict {
  const { hits } = outcome;
  if (outcome.incomplete !== null) {
    return { state: 'partial', hits, cause: 'incomplete', retryAfterMs: null };
  }
  if (heard.fetched === 0 && outcome.unreadable > 0) {
    return { state: 'bad_answer', hits: null, cause: 'unreadable', retryAfterMs: null };
  }
  if (hits === 0 && heard.fetched === 0) return { state: 'empty', hits: 0 };
  return { state: outcome.exact ? 'answered' : 'answered_estimate', hits };
}

/** The verdict on an ask that failed, after whatever had come before. */
export function failedVerdict(error: ConnectorError, heard: Heard): Verdict {
  const hits = error.hits ?? heard.hits;
  const failure = { cause: error.reason, retryAfterMs: error.retryAfterMs };
  const state = failedStates[error.code];
  if (state === 'stopped') return { state, hits, ...failure };
  if (heard.fetched > 0) return { state: 'partial', hits, ...failure };
  const unsupported = error.cause instanceof UnsupportedQueryError ? error.cause : null;
  const sentence = error.sentence ?? (unsupported && { zh: unsupported.zh, en: unsupported.en });
  return { state, hits: null, ...failure, ...(sentence ? { sentence } : {}) };
}

/** The verdict on a library that cannot be asked at all. */
export function notAskedVerdict(cause: string): Verdict {
  return { state: 'not_asked', hits: null, cause, retryAfterMs: null };
}

/** States that a retry of the failed ones asks again. */
const retryable: ReadonlySet<AnswerState> = new Set([
  'partial',
  'timed_out',
  'unreachable',
  'busy',
  'paused',
  'stopped',
]);

export function isRetryable(state: AnswerState): boolean {
  return retryable.has(state);
}

/** Answered as far as anybody asked: nothing is left to try again. */
export function isWhole(state: AnswerState): boolean {
  return state === 'answered' || state === 'answered_estimate' || state === 'empty';
}

export function isFinal(state: AnswerState): boolean {
  return state !== 'asking' && state !== 'slow';
}

/** The one table of sentences for readers. */
export function sentenceOf(verdict: Verdict, heard: Heard, library: Library | null): Sentence {
  switch (verdict.state) {
    case 'asking':
      return { zh: '检索中', en: 'Searching' };
    case 'slow':
      return { zh: '仍在等待，可先看其他馆', en: 'Still waiting' };
    case 'answered':
      return { zh: `已返回 ${verdict.hits} 条`, en: `${verdict.hits} found` };
    case 'answered_estimate':
      return { zh: `约 ${verdict.hits} 条`, en: `About ${verdict.hits}` };
    case 'empty':
      return { zh: '该馆没有符合的记录', en: 'Nothing here' };
    case 'partial':
      return partSentence(heard.fetched, verdict.hits);
    case 'timed_out':
      return withReach({ zh: '未在时限内响应', en: 'No answer in time' }, library);
    case 'unreachable':
      return withReach({ zh: '无法连接', en: 'Cannot connect' }, library);
    case 'refused':
      return { zh: '对方拒绝了访问', en: 'Access refused' };
    case 'busy':
      return { zh: '对方繁忙，稍后再试', en: 'Library asked us to wait' };
    case 'bad_answer':
      return { zh: '返回内容无法识别', en: 'Answer not understood' };
    case 'unsupported':
      return verdict.sentence ?? { zh: '该馆不支持按此项检索', en: 'Cannot search by this field' };
    case 'paused':
      return verdict.sentence ?? pausedSentence(verdict.retryAfterMs);
    case 'maintenance':
      return verdict.sentence ?? maintenanceSentence(verdict.retryAfterMs);
    case 'not_asked':
      return { zh: '未检索', en: 'Not asked' };
    case 'stopped':
      return { zh: '已停止等待', en: 'Stopped by you' };
  }
}

function partSentence(fetched: number, hits: number | null): Sentence {
  return hits === null
    ? { zh: `返回了部分结果（${fetched}）`, en: `Part of the answer (${fetched})` }
    : {
        zh: `返回了部分结果（${fetched}/${hits}）`,
        en: `Part of the answer (${fetched} of ${hits})`,
      };
}

function pausedSentence(retryAfterMs: number | null): Sentence {
  if (retryAfterMs === null) {
    return { zh: '近期多次失败，稍后重试', en: 'Paused after failures' };
  }
  const seconds = Math.ceil(retryAfterMs / 1000);
  const minutes = Math.ceil(seconds / 60);
  return seconds < 60
    ? {
        zh: `近期多次失败，${seconds} 秒后重试`,
        en: `Paused after failures, next try in ${seconds} s`,
      }
    : {
        zh: `近期多次失败，${minutes} 分钟后重试`,
        en: `Paused after failures, next try in ${minutes} min`,
      };
}

function maintenanceSentence(retryAfterMs: number | null): Sentence {
  if (retryAfterMs === null) return { zh: '该馆声明维护中', en: 'Planned maintenance' };
  const minutes = Math.ceil(retryAfterMs / 60_000);
  return {
    zh: `该馆声明维护中，约 ${minutes} 分钟后恢复`,
    en: `Planned maintenance, back in about ${minutes} min`,
  };
}

/** A library that only some networks reach says so when this gateway does not reach it. */
function withReach(sentence: Sentence, library: Library | null): Sentence {
  switch (library?.connector.reach) {
    case 'cernet':
      return {
        zh: `${sentence.zh}（该馆仅限教育网访问）`,
        en: `${sentence.en} (reachable from CERNET only)`,
      };
    case 'allowlist':
      return {
        zh: `${sentence.zh}（该馆仅对登记地址开放）`,
        en: `${sentence.en} (open to registered addresses only)`,
      };
    default:
      return sentence;
  }
}
