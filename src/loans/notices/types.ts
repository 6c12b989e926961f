export type NoticeChannel = 'inbox' | 'mail' | 'webhook';
export type NoticeLanguage = 'zh' | 'en';

export interface NoticeText {
  readonly subject: string;
  readonly body: string;
}

/** One notice in both languages; `{name}` stands for a value of the request. */
export type NoticeTemplate = Readonly<Record<NoticeLanguage, NoticeText>>;

export interface NoticeSettings {
  /** Channels beside the in-system inbox, which every notice has. */
  readonly channels: readonly Exclude<NoticeChannel, 'inbox'>[];
  /** A library's own words in place of the built-in ones. */
  readonly templatesOf: (library: string) => Readonly<Record<string, NoticeTemplate>> | null;
}
