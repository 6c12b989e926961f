import type Type from 'typebox';
import { type Problem, problemsOf } from '../../src/members/faults.ts';

/**
 * Holds every call of a journey to the gateway's own description: what is sent and what comes back
 * has the shape that OpenAPI says, so that a client which reads nothing else can go the same way.
 */
interface Described {
  readonly path: RegExp;
  readonly fixed: number;
  readonly method: string;
  readonly body: Check | null;
  readonly answers: ReadonlyMap<number, Check | null>;
}
type Check = (value: unknown) => readonly Problem[];

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Type.TSchema }>>;
}
interface Operation {
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly sent: unknown;
  readonly status: number;
  readonly body: unknown;
}

const known = new Map<string, Promise<readonly Described[]>>();

export async function checkDescribed(address: string, call: Call): Promise<void> {
  let reading = known.get(address);
  if (reading === undefined) {
    reading = readDescription(address);
    known.set(address, reading);
  }
  const path = call.path.split('?')[0] ?? '';
  const [route] = (await reading)
    .filter((one) => one.method === call.method && one.path.test(path))
    .toSorted((a, b) => b.fixed - a.fixed);
  const name = `${call.method} ${path}`;
  if (route === undefined) throw new Error(`${name} is not in the description`);
  if (!route.answers.has(call.status)) {
    throw new Error(`${name}: the answer ${call.status} is not in the description`);
  }
  // What is refused was perhaps sent on purpose to be refused.
  if (call.status < 400 && route.body !== null) refuse(`${name}: sent`, route.body(call.sent));
  refuse(`${name}: answered`, route.answers.get(call.status)?.(call.body) ?? []);
}

function refuse(what: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const list = problems.map(({ pointer, message }) => `${pointer || '/'} ${message}`);
  throw new Error(`${what} something else than is described: ${list.slice(0, 5).join('; ')}`);
}

async function readDescription(address: string): Promise<readonly Described[]> {
  const response = await fetch(`${address}/openapi.json`);
  const { paths } = (await response.json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
      fixed: path.split('/').filter((part) => !part.startsWith('{')).length,
      method: method.toUpperCase(),
      body: checkOf(operation.requestBody, 'application/json'),
      answers: new Map(
        Object.entries(operation.responses).map(([status, content]) => [
          Number(status),
          checkOf(content, Number(status) < 400 ? 'application/json' : 'application/problem+json'),
        ]),
      ),
    })),
  );
}

function checkOf(part: Content | undefined, type: string): Check | null {
  const schema = part?.content?.[type]?.schema;
  return schema === undefined ? null : compileSchema(schema);
}

export type Schema = Type.TSchema & { readonly properties?: Readonly<Record<string, unknown>> };

const compiled = new WeakMap<Type.TSchema, Check>();

/** A schema of the description as a function that lists what is wrong with a value. */
export function compileSchema(schema: Type.TSchema): Check {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = problemsOf(schema);
    compiled.set(schema, check);
  }
  return check;
}
