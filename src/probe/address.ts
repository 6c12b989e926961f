import type { ConnectorInput, LibraryInput } from '../members/document.ts';
import { idFor } from '../members/import/drafts.ts';
import { type ProbeTarget, ProbeTargetError } from './types.ts';

/**
 * Reads `z3950://host:port/database` (also without the scheme) or a URL. Throws ProbeTargetError; a name and
 * password in the address are refused, since addresses end up in logs.
 */
export function parseTarget(text: string): ProbeTarget {
  const trimmed = text.trim();
  if (/^https?:\/\//i.test(trimmed)) {
    if (!URL.canParse(trimmed)) throw new ProbeTargetError('the address is no URL');
    const url = new URL(trimmed);
    refuseCredentials(url);
    return { kind: 'url', url };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (
    scheme !== undefined &&
    !['z3950', 'z39.50', 'z3950s', 'z39.50s', 'z39.50r', 'tcp'].includes(scheme)
  ) {
    throw new ProbeTargetError(`${scheme} is not a protocol that can be probed`);
  }
  return z3950Target(trimmed.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''));
}

function z3950Target(rest: string): ProbeTarget {
  const address = `http://${rest}`;
  if (rest === '' || !URL.canParse(address)) {
    throw new ProbeTargetError('the address is not z3950://host:port/database or a URL');
  }
  const url = new URL(address);
  refuseCredentials(url);
  const database = decodeURIComponent(url.pathname.slice(1).split('/')[0] ?? '');
  // URL drops the port that is http's own.
  const port = url.port !== '' ? Number(url.port) : /:80(?:\/|$)/.test(rest) ? 80 : 210;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { kind: 'z3950', host, port, database: database || 'Default' };
}

function refuseCredentials(url: URL): void {
  if (url.username !== '' || url.password !== '') {
    throw new ProbeTargetError('no name or password may stand in an address; use passwordEnv');
  }
}

/** The address of a target as a person would write it. */
export function printTarget(target: ProbeTarget): string {
  switch (target.kind) {
    case 'z3950': {
      const host = target.host.includes(':') ? `[${target.host}]` : target.host;
      return `z3950://${host}:${target.port}/${target.database}`;
    }
    case 'url':
      return target.url.href;
    case 'document':
      return addressOf(target.input.connector);
  }
}

function addressOf(connector: ConnectorInput): string {
  if (connector.protocol !== 'z3950') return connector.url ?? `$${connector.urlEnv}`;
  const database = connector.database ?? connector.databases?.[0]?.name ?? 'Default';
  const host = connector.host ?? `$${connector.hostEnv}`;
  return `z3950://${host}:${connector.port}/${database}`;
}

/** The `host:port` that a target connects to, as egress settings write it. */
export function egressAddressOf(target: ProbeTarget): string | null {
  const printed = printTarget(target);
  if (!URL.canParse(printed)) return null;
  const { hostname, port, protocol } = new URL(printed);
  return `${hostname}:${port || (protocol === 'https:' ? '443' : protocol === 'http:' ? '80' : '210')}`;
}

/** Draft entry for a host: id and name from it, a code nobody has, not asked by anybody. */
export function draftFor(host: string, connector: ConnectorInput): LibraryInput {
  return { id: idFor(host), code: '000000', name: { zh: host }, status: 'draft', connector };
}
