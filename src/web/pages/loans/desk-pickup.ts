import { viewReader } from '../../../loans/people/readers.ts';
import { addCard, issueCard, listCards, returnCard } from '../../../loans/pickup/cards.ts';
import { decidePickup, enrolmentOf, pickupQueue } from '../../../loans/pickup/enrolment.ts';
import { type PassHolder, verifyPass } from '../../../loans/pickup/pass.ts';
import type { Tx } from '../../../loans/requests/context.ts';
import { type Html, html } from '../html.ts';
import { entered, renderFaults, renderField, renderSelect } from './forms.ts';
import { type PageCall, type PageParts, type PageRoute, type Refused, tryForm } from './kit.ts';
import { pickupTexts } from './pickup-texts.ts';
import { renderTime } from './request-view.ts';

/** Self pick-up at the desks: who may, which card is where, whose pass this is. */
export function deskPickupPages({ services }: PageParts): readonly PageRoute[] {
  const { loans, people } = services;
  const get = { who: 'staff', method: 'GET' } as const;
  const post = { who: 'staff', method: 'POST' } as const;
  return [
    { ...get, url: '/desk/pickups', run: async (call) => await showDesk(call, null) },
    { ...get, url: '/desk/pickups/:id', run: async (call) => await showReader(call, null) },
    {
      ...post,
      url: '/desk/pickups/:id/:decision',
      run: async (call) => {
        const { actor, form, params } = call;
        const said = form.get('said')?.trim() ?? '';
        const decision =
          params.decision === 'approve'
            ? ({ approve: true, documents: said } as const)
            : ({ approve: false, reason: said } as const);
        const tried = await tryForm(call, () =>
          loans.database.transaction((tx) =>
            decidePickup(loans, tx, actor, params.id ?? '', decision),
          ),
        );
        if ('refused' in tried) return await showReader(call, tried.refused);
        return call.go('/desk/pickups');
      },
    },
    {
      ...post,
      url: '/desk/cards',
      run: async (call) => {
        const number = entered(call.form, 'number') ?? '';
        return await change(call, (tx) => addCard(loans, tx, call.actor, number));
      },
    },
    {
      ...post,
      url: '/desk/cards/issue',
      run: async (call) => {
        const { actor, form } = call;
        const lent = {
          card: entered(form, 'card') ?? '',
          request: entered(form, 'request') ?? '',
          document: entered(form, 'document') ?? '',
          version: null,
        };
        return await change(call, (tx) => issueCard(loans, tx, actor, lent));
      },
    },
    {
      ...post,
      url: '/desk/cards/:number/return',
      run: async (call) =>
        await change(call, (tx) => returnCard(loans, tx, call.actor, call.params.number ?? '')),
    },
    {
      ...post,
      url: '/desk/passes',
      run: async (call) => {
        const { actor, form } = call;
        const token = form.get('token')?.trim() ?? '';
        const tried = await tryForm(call, () =>
          loans.database.transaction((tx) => verifyPass(loans, tx, actor, token)),
        );
        if ('refused' in tried) return await showDesk(call, tried.refused);
        const { title, main } = renderHolder(tried.done, call);
        return call.show({ title, main });
      },
    },
  ];

  async function change(call: PageCall, work: (tx: Tx) => Promise<unknown>): Promise<unknown> {
    const tried = await tryForm(call, () => loans.database.transaction(work));
    if ('refused' in tried) return await showDesk(call, tried.refused);
    return call.go('/desk/pickups');
  }

  async function showDesk(call: PageCall, refused: Refused | null): Promise<unknown> {
    const { actor, language } = call;
    const text = pickupTexts[language];
    const library = actor.libraryId ?? '';
    const { db } = loans.database;
    const waiting = await pickupQueue(db, actor, library);
    const cards = await listCards(loans, db, actor, library);
    const stock = cards.filter(({ state }) => state === 'stock');
    const field = (name: string, form: string, label: string) =>
      renderField({ name, form, label, required: true }, [], language);
    const form = (path: string, fields: readonly Html[], label: string) =>
      html`<form method="post" action="${`${path}?lang=${language}`}" class="sheet">${fields}<p class="buttons"><button type="submit">${label}</button></p></form>`;
    const main = html`${refused && renderFaults(refused.sentence, refused.faults, language)}
<h2>${text.waiting}</h2>
${waiting.length === 0 ? html`<p>${text.nobody}</p>` : html`<ul>${waiting.map((one) => html`<li><a href="${`/desk/pickups/${one.reader}?lang=${language}`}">${renderTime(one.consentAt, loans.timezone)}</a></li>\n`)}</ul>`}
<h2>${text.verify}</h2>
${form('/desk/passes', [field('token', 'pass', text.passCode)], text.verify)}
<h2>${text.cards}</h2>
<div class="wide"><table><thead><tr>${[text.cardNumber, text.state, text.request, text.due].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${cards.map(
  (
    card,
  ) => html`<tr><td>${card.number}</td><td>${text.cardStates[card.state]} ${card.state === 'out' && form(`/desk/cards/${card.number}/return`, [], text.takeBack)}</td>
<td>${card.request}</td><td>${renderTime(card.dueAt, loans.timezone)}</td></tr>
`,
)}</tbody></table></div>
${
  stock.length > 0 &&
  html`<h2>${text.issue}</h2>${form(
    '/desk/cards/issue',
    [
      renderSelect(
        { name: 'card', form: 'issue', label: text.cardNumber },
        stock.map(({ number }) => ({ value: number, label: number })),
      ),
      field('request', 'issue', text.request),
      field('document', 'issue', text.document),
    ],
    text.issue,
  )}`
}
<h2>${text.addCard}</h2>
${form('/desk/cards', [field('number', 'add', text.cardNumber)], text.addCard)}`;
    return call.show({ title: text.desk, main, status: refused?.status ?? 200 });
  }

  async function showReader(call: PageCall, refused: Refused | null): Promise<unknown> {
    const { actor, language, params } = call;
    const text = pickupTexts[language];
    const id = params.id ?? '';
    const { profile, reader } = await viewReader(people, actor, id);
    const { state } = await enrolmentOf(loans.database.db, id);
    const decide = (decision: 'approve' | 'refuse', label: string) =>
      html`<form method="post" action="${`/desk/pickups/${id}/${decision}?lang=${language}`}" class="sheet">
${renderField({ name: 'said', form: decision, label, required: true }, [], language)}
<p class="buttons"><button type="submit">${text[decision]}</button></p></form>`;
    const main = html`${refused && renderFaults(refused.sentence, refused.faults, language)}
<p>${text.barcode} ${reader.barcode} · ${profile?.card_number}</p>
<p><img class="photo" src="${`/api/v1/readers/${id}/photo`}" alt="${profile?.name ?? ''}"></p>
${state === 'asked' && html`${decide('approve', text.documents)}${decide('refuse', text.reason)}`}`;
    return call.show({
      title: profile?.name ?? text.desk,
      main,
      status: refused?.status ?? 200,
    });
  }
}

function renderHolder(holder: PassHolder, { language }: PageCall) {
  const text = pickupTexts[language];
  const rows = [
    [text.readerName, holder.readerName],
    [text.barcode, holder.readerBarcode],
    [text.card, holder.card],
    [text.request, holder.title],
  ];
  const main = html`<dl class="facts-list">${rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>\n`)}</dl>
${holder.hasPhoto && html`<p><img class="photo" src="${`/api/v1/readers/${holder.reader}/photo`}" alt="${holder.readerName}"></p>`}
<p><a href="${`/desk/requests/${holder.request}?lang=${language}`}">${text.openRequest} ${holder.request}</a></p>`;
  return { title: text.holder, main };
}
