import { type NewMessage, writeOutbox } from '../../store/outbox.ts';
import type { Sentence } from '../errors.ts';
import type { Tx } from './context.ts';

/** Topic of the outbox for mail; what sends it reads a `MailPayload`. */
export const mailTopic = 'mail';

export interface MailPayload {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly language: 'zh' | 'en';
}

interface Template {
  readonly subject: Sentence;
  readonly text: Sentence;
}

/** `{name}` and the like are filled in; nothing else is special. */
const templates = {
  received: {
    subject: { zh: '馆际互借注册已提交', en: 'Your interlibrary loan registration' },
    text: {
      zh: '{name}，您好！\n\n{library}已收到您的注册。登录名：{login}\n经本馆审查通过后方可登录，届时将另行通知。\n',
      en: 'Dear {name},\n\n{library} has received your registration. Your login: {login}\nYou can sign in once it has been approved; you will be told.\n',
    },
  },
  approved: {
    subject: { zh: '馆际互借注册已通过', en: 'Your registration is approved' },
    text: {
      zh: '{name}，您好！\n\n您在{library}的馆际互借注册已通过，读者条码 {barcode}。\n现在可以登录：{link}\n{note}',
      en: 'Dear {name},\n\n{library} has approved your registration. Your reader number is {barcode}.\nYou can sign in now: {link}\n{note}',
    },
  },
  returned: {
    subject: { zh: '馆际互借注册需要补充', en: 'Your registration needs a correction' },
    text: {
      zh: '{name}，您好！\n\n{library}请您补充或更正注册信息：\n{note}\n请在14天内打开：{link}\n',
      en: 'Dear {name},\n\n{library} asks you to complete or correct your registration:\n{note}\nOpen this within 14 days: {link}\n',
    },
  },
  refused: {
    subject: { zh: '馆际互借注册未通过', en: 'Your registration was refused' },
    text: {
      zh: '{name}，您好！\n\n{library}未通过您的注册：\n{note}\n',
      en: 'Dear {name},\n\n{library} has refused your registration:\n{note}\n',
    },
  },
  suspended: {
    subject: { zh: '馆际互借服务已停用', en: 'Your interlibrary loan account is suspended' },
    text: {
      zh: '{name}，您好！\n\n{library}已暂停您的馆际互借服务：\n{note}\n',
      en: 'Dear {name},\n\n{library} has suspended your interlibrary loan account:\n{note}\n',
    },
  },
  reinstated: {
    subject: { zh: '馆际互借服务已恢复', en: 'Your interlibrary loan account is active again' },
    text: {
      zh: '{name}，您好！\n\n{library}已恢复您的馆际互借服务。\n{note}',
      en: 'Dear {name},\n\n{library} has made your interlibrary loan account active again.\n{note}',
    },
  },
  reset: {
    subject: { zh: '找回密码', en: 'Setting a new password' },
    text: {
      zh: '有人为登录名 {login} 申请找回密码。\n请在一小时内打开下面的链接设置新密码，只能使用一次：\n{link}\n如果不是您本人，请忽略这封邮件，密码不会改变。\n',
      en: 'Somebody asked to set a new password for the login {login}.\nOpen this within an hour; it works once:\n{link}\nIf it was not you, ignore this mail; the password stays as it is.\n',
    },
  },
  password_changed: {
    subject: { zh: '密码已修改', en: 'Your password was changed' },
    text: {
      zh: '登录名 {login} 的密码已修改，其他设备均已退出。\n如果不是您本人，请立即与本馆馆际互借员联系。\n',
      en: 'The password of the login {login} was changed, and other devices were signed out.\nIf it was not you, tell your library at once.\n',
    },
  },
  invited: {
    subject: { zh: '馆际互借工作人员账号', en: 'Your staff account for interlibrary loan' },
    text: {
      zh: '{name}，您好！\n\n已为您建立馆际互借工作人员账号，登录名：{login}\n请在7天内设置密码：{link}\n',
      en: 'Dear {name},\n\na staff account for interlibrary loan was made for you. Your login: {login}\nSet a password within 7 days: {link}\n',
    },
  },
} as const satisfies Readonly<Record<string, Template>>;
export type MailName = keyof typeof templates;
export const mailNames = Object.keys(templates) as readonly MailName[];

export interface Mail {
  readonly name: MailName;
  readonly to: string;
  readonly locale: 'zh' | 'en';
  readonly values: Readonly<Record<string, string>>;
  /** Says which occasion this is; a second mail for it is not written. */
  readonly occasion: string;
  /** Holds a link that signs in or sets a password: it is forgotten once it is sent. */
  readonly secret?: boolean;
}

/** Writes a mail to the outbox, to be sent if the caller's transaction is committed. */
export async function writeMail(tx: Tx, mail: Mail, now: Date): Promise<void> {
  const template = templates[mail.name];
  const payload: MailPayload = {
    to: mail.to,
    subject: template.subject[mail.locale],
    text: fill(template.text[mail.locale], mail.values),
    language: mail.locale,
  };
  const message: NewMessage = {
    topic: mailTopic,
    dedupKey: `${mail.name}:${mail.occasion}`,
    payload: { ...payload },
    secret: mail.secret ?? false,
  };
  await writeOutbox(tx, message, now);
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : '',
  );
}
