import { explainCause } from './causes.ts';
import type { Desk } from './write.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

interface Failing {
  readonly cause: string;
  readonly beganAt: Date;
  readonly lastGoodAt: Date | null;
  readonly askedFrom: string | null;
  readonly page: string;
  readonly timezone: string;
}

interface Recovered {
  readonly beganAt: Date;
  readonly endedAt: Date;
  readonly page: string;
  readonly timezone: string;
}

/** Tells a library's desk that readers cannot search it, why that may be, and when it last answered. */
export function failingMail({ name, email }: Desk, failing: Failing): Mail {
  const { message, fix } = explainCause(failing.cause);
  const time = timeIn(failing.timezone);
  const { lastGoodAt, askedFrom, page } = failing;
  const en = name.en ?? name.zh;
  return {
    to: email,
    subject: oneLine(`${name.zh}：联合检索无法获得应答 / ${en}: no answer to federated searches`),
    text: [
      `${name.zh}：`,
      '',
      `自 ${time(failing.beganAt)} 起，联合检索没有得到贵馆目录的正常应答。读者的检索中会如实显示贵馆未能应答。`,
      `现象：${message.zh}（${failing.cause}）`,
      `建议：${fix.zh}`,
      lastGoodAt === null ? '此前尚无正常应答的记录。' : `最后一次正常应答：${time(lastGoodAt)}`,
      ...(askedFrom === null ? [] : [`本系统的检索来自地址：${askedFrom}`]),
      `健康状况：${page}?lang=zh`,
      '如属计划内维护，请事先声明维护时段，期间不再检索，也不再发送此类邮件。恢复后会另行通知。',
      '',
      `${en}:`,
      '',
      `Since ${time(failing.beganAt)} federated searches get no proper answer from your catalogue. Readers are told so in every search.`,
      `What is seen: ${message.en} (${failing.cause})`,
      `What may help: ${fix.en}`,
      lastGoodAt === null
        ? 'There was no proper answer before that.'
        : `Last proper answer: ${time(lastGoodAt)}`,
      ...(askedFrom === null ? [] : [`Searches come from the address ${askedFrom}`]),
      `Health of the library: ${page}?lang=en`,
      'If this is planned work, declare a maintenance window beforehand: the library is then not asked, and no such mail is sent. You will hear from us once when it is over.',
      '',
    ].join('\n'),
  };
}

/** Tells the same desk, once, that it is over. */
export function recoveredMail({ name, email }: Desk, recovered: Recovered): Mail {
  const time = timeIn(recovered.timezone);
  const { beganAt, endedAt, page } = recovered;
  const minutes = Math.max(1, Math.round((endedAt.getTime() - beganAt.getTime()) / 60_000));
  const en = name.en ?? name.zh;
  return {
    to: email,
    subject: oneLine(`${name.zh}：联合检索已恢复 / ${en}: federated searches are answered again`),
    text: [
      `${name.zh}：`,
      '',
      `自 ${time(endedAt)} 起，贵馆目录重新正常应答。此前自 ${time(beganAt)} 起约 ${minutes} 分钟未能应答。`,
      `健康状况：${page}?lang=zh`,
      '',
      `${en}:`,
      '',
      `Your catalogue answers again since ${time(endedAt)}. It had not answered since ${time(beganAt)}, about ${minutes} min.`,
      `Health of the library: ${page}?lang=en`,
      '',
    ].join('\n'),
  };
}

/** Names come from documents; a subject is one line whatever they hold. */
function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').slice(0, 200);
}

/** `2026-11-20 14:05 Asia/Shanghai`, the same in both languages. */
function timeIn(timeZone: string): (time: Date) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return (time) => `${format.format(time)} ${timeZone}`;
}
