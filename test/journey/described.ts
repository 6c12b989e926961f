import { type Json, newKey } from './client.ts';
import { compileSchema, type Schema } from './description.ts';

/**
 * A client that was told nothing but the address of the description. It knows no path, no method and
 * no field: operations are found by their names, what somebody knows is put where the description
 * has a place for it, and what comes back is held to the schema that was promised.
 */
export interface DescribedClient {
  readonly operations: readonly Operation[];
  /** The operation that is described for this, of those that nobody gave a name. */
  find(what: string, fits: (operation: Operation) => boolean): Operation;
  call(who: Caller, operation: string | Operation, known?: Known, expect?: number): Promise<Result>;
}

/** What somebody knows, by the names the description uses. */
export type Known = Readonly<Record<string, unknown>>;

/** Somebody with or without a token, as an operation of the description handed it out. */
export interface Caller {
  token: string | null;
}

export interface Result {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

export interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export async function readDescription(address: string): Promise<DescribedClient> {
  const document = (await (await fetch(`${address}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Omit<Operation, 'path' | 'method'>>>;
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      path,
      method: method.toUpperCase(),
    })),
  );
  const find: DescribedClient['find'] = (what, fits) => {
    const [found, ...others] = operations.filter(fits);
    if (found === undefined || others.length > 0) {
      throw new Error(`the description has ${others.length + 1} operations for: ${what}`);
    }
    return found;
  };
  return {
    operations,
    find,
    async call(who, named, known = {}, expect = 0) {
      const operation =
        typeof named === 'string' ? find(named, ({ operationId }) => operationId === named) : named;
      const request = fill(operation, known);
      const response = await fetch(`${address}${request.path}`, {
        method: operation.method,
        headers: {
          ...request.headers,
          'accept-language': 'en',
          ...(operation.security?.length !== 0 && who.token !== null
            ? { authorization: `Bearer ${who.token}` }
            : {}),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      const renewed = response.headers.get('x-session-token');
      if (renewed !== null) who.token = renewed;
      const body = await readAnswer(operation, response);
      const fits = expect === 0 ? response.ok : response.status === expect;
      if (!fits) {
        const text = JSON.stringify(body).slice(0, 500);
        throw new Error(`${nameOf(operation)} gave ${response.status}: ${text}`);
      }
      return { status: response.status, body, headers: response.headers };
    },
  };
}

function nameOf({ operationId, method, path }: Operation): string {
  return operationId ?? `${method} ${path}`;
}

interface Filled {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Puts what is known where it belongs; what has no place, or is missing, is a fault. */
function fill(operation: Operation, known: Known): Filled {
  const unused = new Set(Object.keys(known));
  let { path } = operation;
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  for (const { name, in: place, required } of operation.parameters ?? []) {
    const value = name === 'idempotency-key' ? (known[name] ?? newKey()) : known[name];
    unused.delete(name);
    if (value === undefined) {
      if (required) throw new Error(`${nameOf(operation)} asks for ${name}`);
      continue;
    }
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(String(value)));
    else if (place === 'query') query.set(name, String(value));
    else headers[name] = String(value);
  }
  const schema = operation.requestBody?.content['application/json']?.schema;
  let body: unknown;
  if (schema !== undefined) {
    headers['content-type'] = 'application/json';
    const names = Object.keys(schema.properties ?? {}).filter((name) => unused.delete(name));
    body = Object.fromEntries(names.map((name) => [name, known[name]]));
    refuse(`${nameOf(operation)}: what is sent`, compileSchema(schema)(body));
  }
  if (unused.size > 0) {
    throw new Error(`${nameOf(operation)} has no place for ${[...unused].join(', ')}`);
  }
  const search = query.size > 0 ? `?${query}` : '';
  return { path: `${path}${search}`, headers, body };
}

async function readAnswer(operation: Operation, response: Response): Promise<Json> {
  const described = operation.responses[String(response.status)];
  const what = `${nameOf(operation)}: the answer ${response.status}`;
  if (described === undefined) throw new Error(`${what} is not described`);
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const text = await response.text();
  if (described.content === undefined) {
    if (text !== '') throw new Error(`${what} carries something that is not described`);
    return null;
  }
  const schema = described.content[type]?.schema;
  if (schema === undefined) throw new Error(`${what} comes as ${type}, which is not described`);
  const body = JSON.parse(text);
  refuse(what, compileSchema(schema)(body));
  return body;
}

function refuse(what: string, problems: ReturnType<ReturnType<typeof compileSchema>>): void {
  if (problems.length === 0) return;
  const list = problems.map(({ pointer, message }) => `${pointer || '/'} ${message}`);
  throw new Error(`${what} is other than described: ${list.slice(0, 5).join('; ')}`);
}
