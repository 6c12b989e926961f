import { createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import { createTransport, type Transporter } from 'nodemailer';
import type { Sender } from '../../store/outbox.ts';

/** No hand-over to a relay or receiver takes longer. */
const timeoutMs = 20_000;

interface MailPayload {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface MailSender {
  readonly send: Sender;
  close(): void;
}

/**
 * Sends mail through a relay. The Message-ID is the outbox row's own, the same with every attempt,
 * so that a mail which went out although its answer was lost is known again.
 */
export function createMailSender(options: {
  /** `smtp://user:password@host:port`, or `smtps:`. */
  readonly url: string;
  readonly from: string;
  /** Opens the connection; the gateway's egress guard does. TLS, where there is any, comes after. */
  readonly connect: (host: string, port: number) => Promise<Socket>;
}): MailSender {
  const settings = {
    url: options.url,
    getSocket: (relay: Relay, done: SocketFound) => {
      const port = relay.port ?? (relay.secure ? 465 : 587);
      options.connect(relay.host ?? 'localhost', Number(port)).then(
        (connection) => done(null, { connection }),
        (error: Error) => done(error),
      );
    },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const transport: Transporter = createTransport(settings, { from: options.from });
  const domain = /@([^>\s]+)/.exec(options.from)?.[1] ?? 'guanji.invalid';
  return {
    async send(message) {
      const { to, subject, text } = message.payload as unknown as MailPayload;
      const sent = await transport.sendMail({
        // An address object is never read as a list, whatever the text holds.
        to: { name: '', address: to },
        subject,
        text,
        messageId: `<${message.messageId}@${domain}>`,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return { reference: String(sent.response ?? '').slice(0, 200) };
    },
    close: () => transport.close(),
  };
}

interface Relay {
  readonly host?: string;
  readonly port?: number | string;
  readonly secure?: boolean;
}
type SocketFound = (error: Error | null, found?: { readonly connection: Socket }) => void;

/** The part of `fetch` that a webhook needs; the gateway's egress guard is one. */
export type Post = (
  url: string,
  init: {
    readonly method: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly status: number }>;

/**
 * Posts notices to a receiver that hands them on by WeChat, SMS or what a deployment has. Signed
 * after the Standard Webhooks specification: `webhook-id`, `webhook-timestamp` and
 * `webhook-signature: v1,<HMAC-SHA256 of id.timestamp.body>`.
 */
export function createWebhookSender(options: {
  readonly url: string;
  readonly secret: Uint8Array;
  readonly post: Post;
  readonly now: () => Date;
}): Sender {
  return async (message) => {
    const body = JSON.stringify(message.payload);
    const timestamp = String(Math.floor(options.now().getTime() / 1000));
    const signed = `${message.messageId}.${timestamp}.${body}`;
    const signature = createHmac('sha256', options.secret).update(signed).digest('base64');
    const answer = await options.post(options.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': message.messageId,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (answer.status < 200 || answer.status >= 300) {
      throw new Error(`the receiver answered ${answer.status}`);
    }
    return {};
  };
}
