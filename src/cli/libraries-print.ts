import { print } from './output.ts';
import { padded, safeText } from './terminal.ts';

/** An answer of the library routes, as far as people want to see it. */
interface Shown {
  readonly id?: string;
  readonly status?: string;
  readonly name?: { readonly zh: string };
  /** How a newer version stands, in a list by status. */
  readonly pending?: string | null;
  readonly libraries?: readonly Shown[];
  readonly versions?: readonly Version[];
  readonly differences?: readonly { op: string; pointer: string; from?: unknown; to?: unknown }[];
  readonly credentials?: readonly { operation: string; setAt: string }[];
  readonly registration?: {
    readonly version: number;
    readonly answering: number | null;
    readonly pending: string | null;
  };
  readonly token?: string;
  readonly code?: string;
  readonly expiresAt?: string;
}

interface Version {
  readonly number: number;
  readonly state: string;
  readonly madeAt: string;
  readonly madeBy: { readonly kind: string; readonly id: string };
  readonly why: string | null;
}

/** Prints an answer for people; what is shown once stands in a line of its own. */
export async function printAnswer(answer: unknown): Promise<void> {
  const lines = linesOf((answer ?? {}) as Shown);
  await print(lines.map((line) => `${safeText(line)}\n`).join(''));
}

function linesOf(shown: Shown): readonly string[] {
  if (shown.libraries !== undefined) return shown.libraries.map(libraryLine);
  if (shown.versions !== undefined) return shown.versions.map(versionLine);
  if (shown.differences !== undefined) {
    return shown.differences.map(({ op, pointer, from, to }) => {
      const sides = [from, to]
        .filter((side) => side !== undefined)
        .map((side) => JSON.stringify(side));
      return `${padded(op, 8)} ${pointer}  ${sides.join(' → ')}`;
    });
  }
  if (shown.code !== undefined) return [shown.code, `good until ${shown.expiresAt}`];
  const secret = shown.token === undefined ? [] : [shown.token];
  if (shown.status !== undefined) return [libraryLine(shown), ...secret];
  const accounts = (shown.credentials ?? []).map(
    ({ operation, setAt }) => `account ${operation}, set ${setAt}`,
  );
  return [...accounts, ...secret];
}

function libraryLine({ id = '', status = '', name, pending, registration }: Shown): string {
  const version = registration === undefined ? '' : ` version ${registration.version}`;
  const waiting = registration?.pending ?? pending ?? null;
  const waits = waiting === null ? '' : `, newer version ${waiting}`;
  const answering = registration?.answering ?? null;
  const answers = waits === '' || answering === null ? '' : `, version ${answering} answers`;
  return `${padded(id, 16)} ${padded(status, 9)}${version}${waits}${answers} ${name?.zh ?? ''}`;
}

function versionLine({ number, state, madeAt, madeBy, why }: Version): string {
  const by = `${madeBy.kind} ${madeBy.id}`;
  return `${String(number).padStart(4)}  ${padded(state, 10)} ${madeAt}  ${by}${why ? `  ${why}` : ''}`;
}
