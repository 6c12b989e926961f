import Type from 'typebox';
import { inconsistencies } from './consistency.ts';
import { fillDefaults } from './defaults.ts';
import { type LibraryDocument, type LibraryInput, librarySchema } from './document.ts';
import { type Fault, type Problem, problemsOf } from './faults.ts';
import { closed } from './schema/common.ts';
import { httpConnector } from './schema/http.ts';
import { sruConnector } from './schema/sru.ts';
import { xserviceConnector } from './schema/xservice.ts';
import { z3950Connector } from './schema/z3950.ts';
import { readYaml } from './yaml.ts';

/**
 * The document is checked in two steps, so that a wrong connector key is reported for the protocol
 * that the document names and not once for each of the four.
 */
const aboutLibrary = problemsOf(
  closed({
    ...librarySchema.properties,
    connector: Type.Object({}, { additionalProperties: true }),
  }),
);
const byProtocol = {
  z3950: problemsOf(z3950Connector),
  sru: problemsOf(sruConnector),
  xservice: problemsOf(xserviceConnector),
  http: problemsOf(httpConnector),
} as const;

export type Checked =
  | { readonly library: LibraryDocument; readonly input: LibraryInput }
  | { readonly faults: readonly Fault[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** Checks a document from the API or another program; lists every fault. */
export function checkLibrary(value: unknown, environment: Environment): Checked {
  return check(value, environment, null, () => null);
}

/** Checks the text of one library file; faults carry the file and the line. */
export function checkLibraryFile(text: string, file: string, environment: Environment): Checked {
  const source = readYaml(text, file);
  if ('faults' in source) return source;
  return check(source.value, environment, file, (pointer) => source.lineOf(pointer));
}

function check(
  value: unknown,
  environment: Environment,
  file: string | null,
  lineOf: (pointer: string) => number | null,
): Checked {
  const faultsOf = (problems: readonly Problem[]): readonly Fault[] =>
    problems.map((problem) => ({ file, line: lineOf(problem.pointer), ...problem }));
  const problems = [...aboutLibrary(value), ...connectorProblems(value)];
  if (problems.length > 0) return { faults: faultsOf(problems) };
  const input = value as LibraryInput;
  const contradictions = inconsistencies(input);
  if (contradictions.length > 0) return { faults: faultsOf(contradictions) };
  return { input, library: fillDefaults(input, environment) };
}

function connectorProblems(value: unknown): Problem[] {
  const connector = (value as { connector?: unknown } | null)?.connector;
  if (typeof connector !== 'object' || connector === null) return [];
  const { protocol } = connector as { protocol?: unknown };
  const known = Object.keys(byProtocol);
  if (typeof protocol !== 'string' || !known.includes(protocol)) {
    const message = protocol === undefined ? 'is required' : 'is not a known protocol';
    return [{ pointer: '/connector/protocol', message: `${message}: one of ${known.join(', ')}` }];
  }
  const problems = byProtocol[protocol as keyof typeof byProtocol](connector);
  return [...problems, ...addressProblems(connector as Record<string, unknown>)].map((problem) => ({
    ...problem,
    pointer: `/connector${problem.pointer}`,
  }));
}

/** What the schema cannot say: an address must be there, in one of its forms. */
function addressProblems(connector: Record<string, unknown>): Problem[] {
  const missing = (key: string, message: string): Problem => ({ pointer: `/${key}`, message });
  const problems: Problem[] = [];
  if (connector.protocol === 'z3950') {
    if (!connector.host && !connector.hostEnv) {
      problems.push(missing('host', 'is required (or hostEnv, an environment variable)'));
    }
    if (connector.port === undefined) problems.push(missing('port', 'is required'));
    const databases = connector.databases as unknown[] | undefined;
    if (!connector.database && !(databases && databases.length > 0)) {
      problems.push(missing('database', 'is required (or databases)'));
    }
    return problems;
  }
  if (!connector.url && !connector.urlEnv) {
    problems.push(missing('url', 'is required (or urlEnv, an environment variable)'));
  } else if (typeof connector.url === 'string' && !URL.canParse(connector.url)) {
    problems.push(missing('url', 'is not an absolute URL'));
  }
  if (connector.protocol === 'http') {
    for (const key of ['records', 'fields', 'indexes']) {
      if (connector[key] === undefined) problems.push(missing(key, 'is required for http'));
    }
  }
  return problems;
}
