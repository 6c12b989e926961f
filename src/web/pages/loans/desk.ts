import { actOnMany, type BatchRow } from '../../../loans/desks/batch.ts';
import { deskCounts, deskQueue, deskQueues, type QueueFacts } from '../../../loans/desks/queues.ts';
import type { Sentence } from '../../../loans/errors.ts';
import { refusalReasons } from '../../../loans/lifecycle/effects.ts';
import { reasonWords } from '../../../loans/notices/compose.ts';
import { countWaiting } from '../../../loans/people/readers.ts';
import type { RequestLine } from '../../../loans/requests/list.ts';
import { describeActions } from '../../../loans/requests/open-actions.ts';
import type { Language } from '../../language.ts';
import { type Html, html } from '../html.ts';
import { renderSelect } from './forms.ts';
import type { PageCall, PageParts, PageRoute } from './kit.ts';
import { loanTexts } from './loan-texts.ts';
import { renderTime } from './request-view.ts';
import { requestPages } from './requests.ts';

/** Lines of a work list that one page shows. */
const pageLines = 100;

/** What a desk has to do, and doing it for many requests at once. */
export function deskPages(parts: PageParts): readonly PageRoute[] {
  const { loans, people } = parts.services;
  return [
    { method: 'GET', url: '/desk', who: 'staff', run: async (call) => await showDesk(call) },
    {
      method: 'GET',
      url: '/desk/queues/:queue',
      who: 'staff',
      run: async (call) => await showQueue(call, null),
    },
    {
      method: 'POST',
      url: '/desk/queues/:queue',
      who: 'staff',
      run: async (call) => {
        const { form, actor, params } = call;
        const action = form.get('action') ?? '';
        const { side } = factsOf(params.queue ?? '') ?? { side: 'lending' as const };
        const needs = batchActions(params.queue ?? '').find((one) => one.action === action)?.needs;
        const input = needs?.includes('reason') ? { reason: form.get('reason') } : {};
        const rows = form.getAll('row').map((row) => {
          const [number = '', version = ''] = row.split('~');
          return { number, version: Number(version), action, side, input };
        });
        if (rows.length === 0) return await showQueue(call, null);
        return await showQueue(call, await actOnMany(loans, actor, rows));
      },
    },
    ...requestPages(parts, 'staff', '/desk/requests'),
  ];

  async function showDesk(call: PageCall): Promise<unknown> {
    const { actor, language } = call;
    const text = loanTexts[language];
    const { libraryId } = actor;
    if (libraryId === null) {
      return call.show({ title: call.text.desk, main: html`<p>${text.noDesk}</p>` });
    }
    const counts = await deskCounts(loans.database.db, actor, libraryId);
    const waiting = await countWaiting(people, actor, libraryId);
    const list = (side: 'lending' | 'borrowing') => html`<h2>${text[side]}</h2>
<ul class="queues">${Object.entries(deskQueues)
      .filter(([, facts]) => facts.side === side)
      .map(
        ([queue, { name }]) =>
          html`<li><a href="${`/desk/queues/${queue}?lang=${language}`}">${name[language]}</a> <strong>${counts[queue] ?? 0}</strong></li>\n`,
      )}</ul>`;
    const library = loans.findLibrary(libraryId)?.name[language] ?? libraryId;
    const main = html`<p><a href="${`/desk/readers?lang=${language}`}">${text.readers}</a>: ${text.waiting(waiting)}</p>
<p><a href="${`/desk/scan?lang=${language}`}">${text.scan}</a> · <a href="${`/desk/slips?lang=${language}`}">${text.slips}</a></p>
${list('lending')}${list('borrowing')}`;
    return call.show({ title: text.desk(library), main });
  }

  async function showQueue(call: PageCall, done: readonly BatchRow[] | null): Promise<unknown> {
    const { actor, language, params, query } = call;
    const text = loanTexts[language];
    const queue = params.queue ?? '';
    const page = { limit: pageLines, after: query.get('after') };
    const { requests, next } = await deskQueue(loans.database.db, actor, queue, page);
    const name = factsOf(queue)?.name[language] ?? queue;
    const older = new URLSearchParams({ lang: language, after: next ?? '' });
    const main = html`${done && renderResults(done, language)}
${requests.length === 0 ? html`<p>${text.emptyQueue}</p>` : renderBatch(queue, requests, language)}
${next !== null && html`<p><a rel="next" href="${`/desk/queues/${queue}?${older.toString()}`}">${text.more}</a></p>`}`;
    return call.show({ title: name, main });
  }

  function renderBatch(queue: string, requests: readonly RequestLine[], language: Language): Html {
    const text = loanTexts[language];
    const heads = [text.choose, text.number, text.title, text.callNumber, text.home, text.deadline];
    const actions = batchActions(queue);
    const reasons = refusalReasons.map((value) => ({
      value,
      label: reasonWords[value]?.[language] ?? value,
    }));
    return html`<form method="post" action="${`/desk/queues/${queue}?lang=${language}`}">
<div class="wide"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${requests.map(
  (
    one,
  ) => html`<tr><td><input type="checkbox" name="row" value="${`${one.number}~${one.version}`}" aria-label="${`${text.choose} ${one.number}`}"></td>
<td><a href="${`/desk/requests/${one.number}?lang=${language}`}">${one.number}</a></td><td>${one.title}</td>
<td class="call-number">${one.callNumber}</td><td>${loans.findLibrary(one.homeLibrary)?.name[language] ?? one.homeLibrary}</td>
<td>${renderTime(one.deadline, loans.timezone)}</td></tr>
`,
)}</tbody></table></div>
${
  actions.length > 0 &&
  html`<fieldset class="batch"><legend>${text.batch}</legend>
${renderSelect(
  { name: 'action', label: text.action },
  actions.map(({ action, name }) => ({ value: action, label: name[language] })),
)}
${actions.some(({ needs }) => needs.length > 0) && renderSelect({ name: 'reason', label: text.reason }, reasons)}
<p class="buttons"><button type="submit">${text.take}</button></p></fieldset>`
}</form>`;
  }
}

function factsOf(queue: string): QueueFacts | undefined {
  return Object.hasOwn(deskQueues, queue) ? deskQueues[queue] : undefined;
}

/** Actions that mean the same for every request of a list; a refusal has one of the known reasons. */
function batchActions(queue: string): readonly {
  readonly action: string;
  readonly name: Sentence;
  readonly needs: readonly string[];
}[] {
  const facts = factsOf(queue);
  if (facts === undefined) return [];
  return describeActions().filter(
    ({ action, side, from, roles, needs }) =>
      side === facts.side &&
      facts.states.some((state) => from.includes(state)) &&
      roles.includes('desk_clerk') &&
      (needs.length === 0 || action === 'refuse'),
  );
}

function renderResults(rows: readonly BatchRow[], language: Language): Html {
  const text = loanTexts[language];
  const refused = rows.filter((row) => !row.ok);
  return html`<div role="status" class="said"><p>${text.done(rows.length - refused.length)}${refused.length > 0 && html` · ${text.refused(refused.length)}`}</p>
${refused.length > 0 && html`<ul>${refused.map((row) => html`<li>${row.number}: ${row.error.sentence[language]}</li>\n`)}</ul>`}</div>`;
}
