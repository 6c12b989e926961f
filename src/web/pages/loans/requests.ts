import { isDay } from '../../../loans/calendar/dates.ts';
import { inboxOf, markRead } from '../../../loans/notices/inbox.ts';
import { type LoggedRequest, readAccount } from '../../../loans/people/account.ts';
import { readProfile } from '../../../loans/people/profile.ts';
import { actOn } from '../../../loans/requests/act.ts';
import { eventsOf } from '../../../loans/requests/history.ts';
import { openActions } from '../../../loans/requests/open-actions.ts';
import { getRequest } from '../../../loans/requests/read.ts';
import { daysOf } from '../../api/loans/days.ts';
import { type Html, html } from '../html.ts';
import { renderFaults, renderField } from './forms.ts';
import { type PageCall, type PageParts, type PageRoute, type Refused, tryForm } from './kit.ts';
import { loanTexts } from './loan-texts.ts';
import { readInput, renderActions, renderRequest, renderTime } from './request-view.ts';

/** A reader's own requests and messages. */
export function myPages(parts: PageParts): readonly PageRoute[] {
  const { people, loans } = parts.services;
  const mine = { who: 'reader' } as const;
  return [
    { ...mine, method: 'GET', url: '/me', run: async (call) => await showAccount(call) },
    { ...mine, method: 'GET', url: '/me/messages', run: async (call) => await showInbox(call) },
    {
      ...mine,
      method: 'POST',
      url: '/me/messages/:id/read',
      run: async (call) => {
        const id = Number(call.params.id);
        await loans.database.transaction((tx) => markRead(loans, tx, call.actor, id));
        return call.go('/me/messages');
      },
    },
    ...requestPages(parts, 'reader', '/me/requests'),
  ];

  async function showAccount(call: PageCall): Promise<unknown> {
    const { actor, language, query } = call;
    const text = loanTexts[language];
    const day = (name: string) => {
      const value = query.get(name) ?? '';
      return isDay(value) ? { [name]: value } : {};
    };
    const days = { ...day('from'), ...day('to') } as Record<string, string>;
    const after = Number(query.get('after')) || null;
    const range = { ...daysOf(days, loans.timezone), after, limit: 50 };
    const { volumes, requests, next } = await readAccount(loans, actor, range);
    const { name } = await readProfile(people, actor);
    const field = (key: 'from' | 'to') =>
      renderField(
        { name: key, label: text[key], type: 'date', value: days[key] ?? '' },
        [],
        language,
      );
    const older = new URLSearchParams({ lang: language, ...days, after: next ?? '' });
    const main = html`<p>${call.text.greeting(name)}</p>
<p class="volumes"><strong>${text.volumes(volumes.used, volumes.limit)}</strong> ${volumes.sentence[language]}</p>
<p><a href="${`/?lang=${language}`}">${text.search}</a> · <a href="${`/request?lang=${language}`}">${text.newRequest}</a></p>
<form method="get" action="/me" class="filter"><input type="hidden" name="lang" value="${language}">
${field('from')}${field('to')}<p class="buttons"><button type="submit">${text.show}</button></p></form>
${requests.length === 0 ? html`<p>${text.none}</p>` : renderLog(requests, call)}
${next !== null && html`<p><a rel="next" href="${`/me?${older.toString()}`}">${text.more}</a></p>`}`;
    return call.show({ title: text.requests, main });
  }

  function renderLog(requests: readonly LoggedRequest[], { language }: PageCall): Html {
    const text = loanTexts[language];
    const heads = [
      text.number,
      text.title,
      text.lender,
      text.state,
      text.submittedAt,
      text.dueDate,
    ];
    return html`<div class="wide"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${requests.map(
  (
    one,
  ) => html`<tr><td><a href="${`/me/requests/${one.number}?lang=${language}`}">${one.number}</a></td>
<td>${one.title}</td><td>${one.lenderName?.[language] ?? one.lender}</td><td>${one.stateName[language]}</td>
<td>${renderTime(one.submittedAt, loans.timezone)}</td><td>${one.dueDate}</td></tr>
`,
)}</tbody></table></div>`;
  }

  async function showInbox(call: PageCall): Promise<unknown> {
    const { actor, language } = call;
    const text = loanTexts[language];
    const messages = await inboxOf(loans.database.db, actor);
    const main = html`${messages.length === 0 && html`<p>${text.noMessages}</p>`}
${messages.map(
  ({
    id,
    subject,
    body,
    at,
    readAt,
  }) => html`<article class="${readAt === null ? 'unread' : 'seen'}"><h2>${subject}</h2>
<p>${renderTime(at, loans.timezone)}</p><p>${body}</p>
${readAt === null && html`<form method="post" action="${`/me/messages/${id}/read?lang=${language}`}"><button type="submit" class="plain">${text.read}</button></form>`}</article>
`,
)}`;
    return call.show({ title: text.messages, main });
  }
}

/** One request with its open actions, and taking one: alike for readers and desks. */
export function requestPages(
  { services }: PageParts,
  who: 'reader' | 'staff',
  base: string,
): readonly PageRoute[] {
  const { loans } = services;
  return [
    {
      method: 'GET',
      url: `${base}/:number`,
      who,
      run: async (call) => await showRequest(call, null),
    },
    {
      method: 'POST',
      url: `${base}/:number/:action`,
      who,
      run: async (call) => {
        const { params, form, actor } = call;
        const side = form.get('side') === 'lending' ? ('lending' as const) : ('borrowing' as const);
        const asked = {
          number: params.number ?? '',
          action: params.action ?? '',
          version: Number(form.get('version')),
          input: readInput(form, loans.timezone),
          side,
        };
        const tried = await tryForm(call, () =>
          loans.database.transaction((tx) => actOn(loans, tx, actor, asked)),
        );
        if ('refused' in tried) return await showRequest(call, tried.refused);
        return call.go(`${base}/${asked.number}`);
      },
    },
  ];

  async function showRequest(call: PageCall, refused: Refused | null): Promise<unknown> {
    const { actor, language, params } = call;
    const text = loanTexts[language];
    const number = params.number ?? '';
    const { view, events, actions } = await loans.database.transaction(async (tx) => ({
      view: await getRequest(loans, tx, actor, number),
      events: await eventsOf(tx, actor, number),
      actions: await openActions(loans, tx, actor, number),
    }));
    const addressOf = (action: string) => `${base}/${number}/${action}?lang=${language}`;
    const main = html`${call.query.get('sent') === '1' && html`<p role="status">${text.submitted(number)}</p>`}
${refused && renderFaults(refused.sentence, refused.faults, language)}
${renderRequest(view, events, { language, timezone: loans.timezone, now: loans.clock.now() })}
${renderActions(actions.actions, actions.version, addressOf, language)}`;
    return call.show({ title: text.request(number), main, status: refused?.status ?? 200 });
  }
}
