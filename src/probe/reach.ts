import { EgressError } from '../protocols/egress.ts';
import { callWithin, type ProbeContext } from './context.ts';
import type { Bilingual } from './types.ts';

const slowConnectMs = 500;

/** Connects and hangs up; says how long that took, and what stood in the way. */
export async function probeConnection(
  context: ProbeContext,
  address: { host: string; port: number; tls: boolean },
): Promise<boolean> {
  const { notebook, dependencies, footprint } = context;
  const began = performance.now();
  await footprint.turn();
  try {
    const socket = await dependencies.egress.connect(address, callWithin(context));
    const ms = Math.round(performance.now() - began);
    socket.on('error', () => undefined);
    socket.destroy();
    notebook.pass(
      'connect',
      `${address.host}:${address.port} 可连接`,
      `${address.host}:${address.port} takes connections.`,
    );
    noteTime(context, ms);
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    const fix = fixes[error.reason] ?? otherwise;
    notebook.fail(
      'connect',
      `无法连接（${error.reason}）`,
      `${error.message} (${error.reason})`,
      fix,
    );
    return false;
  }
  if (address.tls)
    notebook.pass('transport', 'TLS 证书有效', 'TLS, with a certificate that holds.');
  else {
    notebook.warn('transport', '未加密', 'Not encrypted.', {
      zh: '若该馆提供 TLS 或 https 地址，请改用',
      en: 'Use TLS or https where the library offers it.',
    });
  }
  return true;
}

function noteTime({ notebook }: ProbeContext, ms: number): void {
  const evidence = [`${ms} 毫秒`, `${ms} ms.`] as const;
  if (ms <= slowConnectMs) notebook.pass('latency.connect', ...evidence);
  else
    notebook.warn('latency.connect', ...evidence, {
      zh: '路途较远，建议放宽 timeoutMs',
      en: 'A far way: allow a larger timeoutMs.',
    });
}

const otherwise: Bilingual = {
  zh: '核对主机与端口；如该馆限制来源，请其放行本机地址',
  en: 'Check host and port; where the library restricts who may come, ask it to let this address in.',
};
const fixes: Readonly<Record<string, Bilingual>> = {
  forbidden_address: {
    zh: '这是内网或本机地址；确需连接时由管理员加入 GUANJI_EGRESS_ALLOW',
    en: 'The address is private or local; an administrator may add it to GUANJI_EGRESS_ALLOW.',
  },
  dns: { zh: '主机名无法解析，请核对拼写', en: 'The name does not resolve: check its spelling.' },
  tls: {
    zh: '证书无效或不是 TLS 端口',
    en: 'The certificate does not hold, or the port is not TLS.',
  },
};
