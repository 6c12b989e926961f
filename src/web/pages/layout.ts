import type { FastifyReply } from 'fastify';
import type { Asset, Assets } from '../assets.ts';
import type { Language } from '../language.ts';
import { type Html, html } from './html.ts';
import { texts } from './texts.ts';

export interface Page {
  readonly language: Language;
  readonly title: string;
  readonly assets: Assets;
  readonly main: Html;
  /** A script of our own, where the page grows with it. */
  readonly script?: Asset;
  /** Address that the page goes to by itself after a second, without script only. */
  readonly refresh?: string | null;
  /** The same page in the other language. */
  readonly otherLanguage: string;
  /** Links between the brand and the language. */
  readonly menu?: Html | null;
  readonly footer?: Html | null;
}

/** The frame of every page: head, brand, menu, language. Nothing in it runs that is not our file. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  const { language, assets, title, refresh } = page;
  const text = texts[language];
  const other = language === 'zh' ? 'en' : 'zh';
  const document = html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets.style.path}">
${page.script && html`<script type="module" src="${page.script.path}"></script>`}
${refresh && html`<noscript><meta http-equiv="refresh" content="1; url=${refresh}"></noscript>`}
</head>
<body>
<a class="skip" href="#main">${text.skip}</a>
<header><a class="brand" href="/?lang=${language}">${text.brand}</a> <span>${text.brandLine}</span>
<nav>${page.menu} <a href="/docs">${text.api}</a> <a href="${page.otherLanguage}" lang="${other}">${text.otherLanguage}</a></nav></header>
<main id="main">
${page.main}
</main>
${page.footer}
</body>
</html>
`;
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(document.text);
}
