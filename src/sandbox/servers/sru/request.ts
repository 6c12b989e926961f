import type { WebRequest } from '../web.ts';
import { SruDiagnostic } from './diagnostics.ts';
import type { SruSettings, SruVersion } from './settings.ts';

export interface SruRequest {
  readonly version: SruVersion;
  readonly operation: 'searchRetrieve' | 'scan' | 'explain';
  readonly parameters: URLSearchParams;
}

/** Parameters of a GET or of a form posted as SRU over POST. */
export function parametersOf(request: WebRequest): URLSearchParams {
  if (request.method !== 'POST') return request.url.searchParams;
  return new URLSearchParams(Buffer.from(request.body).toString('utf8'));
}

/** What is asked for: by `operation` in 1.x, by the parameters that are there in 2.0. */
export function readRequest(parameters: URLSearchParams, settings: SruSettings): SruRequest {
  const version = readVersion(parameters, settings);
  const operation = parameters.get('operation');
  if (operation === null) {
    if (parameters.has('query')) return { version, operation: 'searchRetrieve', parameters };
    if (parameters.has('scanClause')) return { version, operation: 'scan', parameters };
    return { version, operation: 'explain', parameters };
  }
  if (operation !== 'searchRetrieve' && operation !== 'scan' && operation !== 'explain') {
    throw new SruDiagnostic(4, operation);
  }
  return { version, operation, parameters };
}

/** The version asked for; the server's highest where none is. Diagnostic 5 names the highest. */
function readVersion(parameters: URLSearchParams, settings: SruSettings): SruVersion {
  const highest = settings.versions.at(-1) ?? '1.1';
  const asked = parameters.get('version');
  if (asked === null) return highest;
  const known = settings.versions.find((version) => version === asked);
  if (known === undefined) throw new SruDiagnostic(5, highest);
  return known;
}

/** A whole number of at least `least`; diagnostic 6 names the parameter. */
export function readNumber(
  parameters: URLSearchParams,
  name: string,
  fallback: number,
  least: number,
): number {
  const text = parameters.get(name);
  if (text === null || text === '') return fallback;
  const value = Number(text);
  if (!/^[0-9]{1,9}$/.test(text) || value < least) throw new SruDiagnostic(6, name);
  return value;
}

/** A parameter that has to be there; diagnostic 7 names it. */
export function need(parameters: URLSearchParams, name: string): string {
  const text = parameters.get(name);
  if (text === null || text === '') throw new SruDiagnostic(7, name);
  return text;
}
