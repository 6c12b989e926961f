import { randomUUID } from 'node:crypto';
import { checkDescribed } from './description.ts';

/** Somebody at a keyboard: a base address, a token once signed in, and nothing but HTTP. */
export interface Person {
  readonly name: string;
  /** The answer's body; fails unless the status is the one expected. */
  ask<T = Json>(method: string, path: string, options?: AskOptions): Promise<Answer<T>>;
  signIn(login: string, password: string): Promise<void>;
  token: string | null;
}

// biome-ignore lint/suspicious/noExplicitAny: what comes over HTTP has the shape that OpenAPI says.
export type Json = any;

export interface AskOptions {
  readonly body?: unknown;
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
  /** 2xx unless given. */
  readonly expect?: number;
  readonly version?: number;
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  readonly bytes: number;
}

export function person(address: string, name: string, token: string | null = null): Person {
  const self: Person = {
    name,
    token,
    async ask<T>(method: string, path: string, options: AskOptions = {}) {
      const { body, form, headers = {}, expect, version } = options;
      const response = await fetch(`${address}/api/v1${path}`, {
        method,
        headers: {
          'accept-language': 'en',
          ...(self.token === null ? {} : { authorization: `Bearer ${self.token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: form }),
      });
      const renewed = response.headers.get('x-session-token');
      if (renewed !== null) self.token = renewed;
      const raw = Buffer.from(await response.arrayBuffer());
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      const read = isJson && raw.length > 0 ? JSON.parse(raw.toString('utf8')) : null;
      const fits = expect === undefined ? response.ok : response.status === expect;
      if (!fits) {
        const wanted = expect ?? '2xx';
        throw new Error(
          `${name}: ${method} ${path} gave ${response.status}, not ${wanted}: ${raw.toString('utf8').slice(0, 600)}`,
        );
      }
      const what = { method, path: `/api/v1${path}`, status: response.status, body: read };
      await checkDescribed(address, { ...what, sent: body });
      return {
        status: response.status,
        headers: response.headers,
        body: read as T,
        bytes: raw.length,
      };
    },
    async signIn(login, password) {
      self.token = null;
      const { body } = await self.ask('POST', '/sessions', { body: { login, password } });
      self.token = body.token;
    },
  };
  return self;
}

export const newKey = (): string => randomUUID();
