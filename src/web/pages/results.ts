import type { Directory } from '../../members/directory.ts';
import type { AnswerState } from '../../members/types.ts';
import type { Holding, LibraryAnswer, MergedRecord, SearchAnswer } from '../../search/types.ts';
import type { Language } from '../language.ts';
import { type Html, html } from './html.ts';
import { type Texts, texts } from './texts.ts';

export interface ResultsPage {
  readonly query: string;
  readonly answer: SearchAnswer;
  readonly language: Language;
  readonly directory: Directory;
  /** Whether a holding can be asked for. */
  readonly loans: boolean;
  /** Address of another page of the same search. */
  readonly pageLink: (page: number) => string;
}

const answeredStates: readonly AnswerState[] = [
  'answered',
  'answered_estimate',
  'empty',
  'partial',
];
const waitingStates: readonly AnswerState[] = ['asking', 'slow'];

/** Everything below the form; also sent alone while libraries answer. */
export function renderResults(page: ResultsPage): Html {
  const text = texts[page.language];
  const { answer } = page;
  const states = answer.libraries.map(({ state }) => state);
  const answered = states.filter((state) => answeredStates.includes(state)).length;
  const waiting = states.filter((state) => waitingStates.includes(state)).length;
  const failed = states.length - answered - waiting;
  return html`<section id="results" data-search="${answer.id}" data-state="${answer.state}">
<p class="summary" role="status">${text.summary(page.query, states.length, answered, waiting, failed)}</p>
<details class="answers" open><summary>${text.answers}</summary>
<ul>${answer.libraries.map((library) => renderLibrary(library, page, text))}</ul></details>
${renderList(page, text, { answered, waiting })}
</section>`;
}

function renderLibrary(library: LibraryAnswer, page: ResultsPage, text: Texts): Html {
  const waiting = waitingStates.includes(library.state);
  const good = answeredStates.includes(library.state);
  const simplified = library.simplified.map((part) => part[page.language]).join('；');
  return html`<li class="${waiting ? 'waiting' : good ? 'good' : 'failed'}" data-library="${library.id}" data-state="${library.state}">
<span class="name">${nameOf(library.id, page)}</span>
<span class="words">${library.message[page.language]}</span>
<span class="time">${waiting ? '' : text.seconds(library.elapsedMs)}${library.cached ? ` · ${text.cached}` : ''}</span>
${simplified && html`<span class="note">${text.simplified}: ${simplified}</span>`}
</li>`;
}

function renderList(
  page: ResultsPage,
  text: Texts,
  count: { answered: number; waiting: number },
): Html {
  const { answer } = page;
  if (answer.total === 0) {
    const sentence =
      count.waiting > 0 ? text.nothingYet : count.answered > 0 ? text.nothing : text.noneAnswered;
    return html`<p class="empty">${sentence}</p>`;
  }
  const start = (answer.page - 1) * answer.size + 1;
  return html`<p class="total">${text.lines(answer.total, answer.hitsSum)}</p>
<ol class="lines" start="${start}">${answer.records.map((record) => renderLine(record, page, text))}</ol>
${renderPaging(page, text)}`;
}

function renderLine(record: MergedRecord, page: ResultsPage, text: Texts): Html {
  const parts = [record.partNumber, record.partName].filter((part) => part !== null).join(' ');
  const imprint = [record.place, record.publisher, record.date ?? record.year]
    .filter((part) => part !== null)
    .join(' ');
  const facts = [record.edition, imprint, record.extent, record.series, ...record.isbn.slice(0, 2)];
  const libraries = new Set(record.holdings.map(({ library }) => library)).size;
  return html`<li data-record="${record.id}">
<h3${record.language ? html` lang="${languageTag(record.language)}"` : null}>${record.title}${parts && ` ${parts}`}${record.subtitle && html`<span class="subtitle">：${record.subtitle}</span>`}</h3>
${record.parallelTitle && html`<p class="parallel">= ${record.parallelTitle}</p>`}
${record.responsibility && html`<p class="responsibility">${record.responsibility}</p>`}
<p class="facts">${facts.filter((fact) => fact).map((fact) => html`<span>${fact}</span> `)}</p>
<p class="holders"><strong>${text.heldBy(libraries)}</strong>
${record.holdings.map((holding) => renderHolding(holding, record.id, page, text))}
<button type="button" class="ask-now">${text.askNow}</button></p>
</li>`;
}

function renderHolding(holding: Holding, record: string, page: ResultsPage, text: Texts): Html {
  const callNumber =
    holding.callNumber ?? holding.items.find((item) => item.callNumber)?.callNumber;
  return html`<span class="holding" data-holder="${holding.library}" data-number="${holding.localId}">${nameOf(holding.library, page)}${callNumber && html` <span class="call-number">${callNumber}</span>`} <span class="status">${text.status[holding.status]}</span>${page.loans && holding.lendable !== false && borrowLink(holding, record, page, text)}</span> `;
}

/** Each holding is asked for by a link of its own: which library lends is the reader's choice. */
function borrowLink(holding: Holding, record: string, page: ResultsPage, text: Texts): Html {
  const { library, localId } = holding;
  const query = new URLSearchParams({ lang: page.language, record, library, localId });
  return html` <a class="borrow" href="/request?${query.toString()}" aria-label="${`${text.borrow}: ${nameOf(library, page)}`}">${text.borrow}</a>`;
}

function renderPaging({ answer, pageLink }: ResultsPage, text: Texts): Html {
  const more = answer.page * answer.size < answer.total || answer.moreAtLibraries;
  return html`<nav class="paging">
${answer.page > 1 && html`<a rel="prev" href="${pageLink(answer.page - 1)}">${text.previous}</a>`}
<span>${text.page(answer.page)}</span>
${more && html`<a rel="next" href="${pageLink(answer.page + 1)}">${text.next}</a>`}
</nav>`;
}

function nameOf(id: string, { directory, language }: ResultsPage): string {
  const name = directory.get(id)?.library.name;
  return (language === 'en' ? name?.en : undefined) ?? name?.zh ?? id;
}

/** BCP 47 tags of the MARC language codes met most; others pass as they are. */
function languageTag(code: string): string {
  const known: Readonly<Record<string, string>> = {
    chi: 'zh',
    eng: 'en',
    jpn: 'ja',
    fre: 'fr',
    ger: 'de',
    rus: 'ru',
  };
  return known[code] ?? code;
}
