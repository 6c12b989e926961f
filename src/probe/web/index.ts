import type { ConnectorInput, LibraryInput } from '../../members/document.ts';
import type { SourceRecord } from '../../members/types.ts';
import type { ProbeContext } from '../context.ts';
import type { ProbeTarget } from '../types.ts';
import { probeOpac } from './opac.ts';
import { probeSru } from './sru.ts';
import { probeXservice } from './xservice.ts';

export interface WebOutcome {
  readonly protocol: ConnectorInput['protocol'];
  readonly connector: ConnectorInput | null;
  readonly known: SourceRecord | null;
}

type WebProtocol = 'sru' | 'xservice' | 'http';
type WebProbe = (context: ProbeContext, draft: LibraryInput) => Promise<WebOutcome | null>;

const probes: Readonly<Record<WebProtocol, WebProbe>> = {
  sru: probeSru,
  xservice: probeXservice,
  http: probeOpac,
};

/** Probes a URL in whichever protocol answers there; the address says only which is asked first. */
export async function probeWeb(
  context: ProbeContext,
  target: ProbeTarget,
  draft: LibraryInput,
): Promise<WebOutcome> {
  const order = target.kind === 'url' ? orderFor(target.url) : [draft.connector.protocol];
  for (const protocol of order) {
    if (protocol === 'z3950') continue;
    const found = await probes[protocol](context, draft);
    if (found !== null) return found;
  }
  const asked = order.join(', ');
  context.notebook.fail(
    'protocol',
    `该地址不按 ${asked} 应答`,
    `Nothing there answers as ${asked} does.`,
    {
      zh: '给出 SRU 的完整地址（含数据库路径）、X-Service 的 /X 地址，或 OPAC 的 /opac 地址',
      en: 'Give the whole SRU address with its database path, the X-Service /X, or the /opac of an OPAC.',
    },
  );
  return { protocol: draft.connector.protocol, connector: null, known: null };
}

function orderFor(url: URL): readonly WebProtocol[] {
  const { pathname } = url;
  if (/\/X\/?$/.test(pathname)) return ['xservice', 'sru', 'http'];
  if (/\/(?:uopac|opac|find)(?:\/|$)|\.(?:php|jsp|aspx?)$/i.test(pathname)) {
    return ['http', 'sru', 'xservice'];
  }
  return ['sru', 'xservice', 'http'];
}
