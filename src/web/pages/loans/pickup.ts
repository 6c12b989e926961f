import { cardOfReader } from '../../../loans/pickup/cards.ts';
import { askPickup, endPickup, enrolmentOf, putPhoto } from '../../../loans/pickup/enrolment.ts';
import { makePass } from '../../../loans/pickup/pass.ts';
import { readPhotoForm } from '../../api/loans/pickup.ts';
import { html } from '../html.ts';
import { renderFaults } from './forms.ts';
import { type PageCall, type PageParts, type PageRoute, type Refused, tryForm } from './kit.ts';
import { pickupTexts } from './pickup-texts.ts';
import { renderTime } from './request-view.ts';

/** A reader's self pick-up: photo with consent, the card, the pass. */
export function pickupPages({ services }: PageParts): readonly PageRoute[] {
  const { loans } = services;
  const mine = { who: 'reader', method: 'POST' } as const;
  return [
    {
      method: 'GET',
      url: '/me/pickup',
      who: 'reader',
      run: async (call) => await showPickup(call, null),
    },
    {
      ...mine,
      url: '/me/pickup',
      run: async (call) => {
        const { actor, language, request } = call;
        const { consentText } = pickupTexts[language];
        const tried = await tryForm(call, async () => {
          const { bytes, consent } = await readPhotoForm(request);
          await putPhoto(loans, actor, bytes, consent);
          const agreed = { consent, consentText };
          await loans.database.transaction((tx) => askPickup(loans, tx, actor, agreed));
        });
        if ('refused' in tried) return await showPickup(call, tried.refused);
        return call.go('/me/pickup');
      },
    },
    {
      ...mine,
      url: '/me/pickup/end',
      run: async (call) => {
        const tried = await tryForm(call, () =>
          loans.database.transaction((tx) => endPickup(loans, tx, call.actor)),
        );
        if ('refused' in tried) return await showPickup(call, tried.refused);
        return call.go('/me/pickup');
      },
    },
    {
      ...mine,
      url: '/me/pickup/pass',
      run: async (call) => {
        const { actor, form, language } = call;
        const text = pickupTexts[language];
        const number = form.get('request') ?? '';
        const pass = await makePass(loans, loans.database.db, actor, number);
        const main = html`<p>${text.passText}</p>
<p class="pass"><output>${pass.token}</output></p>
<p>${text.card} ${pass.card} · ${loans.findLibrary(pass.lender)?.name[language] ?? pass.lender} · ${text.validUntil} ${renderTime(pass.validUntil, loans.timezone)}</p>`;
        return call.show({ title: text.passTitle, main });
      },
    },
  ];

  async function showPickup(call: PageCall, refused: Refused | null): Promise<unknown> {
    const { actor, language } = call;
    const text = pickupTexts[language];
    const { db } = loans.database;
    const enrolment = await enrolmentOf(db, actor.id);
    const card = await cardOfReader(db, actor);
    const asking = enrolment.state !== 'asked' && enrolment.state !== 'approved';
    const main = html`${refused && renderFaults(refused.sentence, [], language)}
<p>${text.states[enrolment.state]}${enrolment.reason !== null && html` ${text.reason}: ${enrolment.reason}`}</p>
${enrolment.photo !== null && html`<p><img class="photo" src="/api/v1/me/photo" alt="${text.yourPhoto}"></p>`}
${
  asking
    ? html`<form method="post" action="${`/me/pickup?lang=${language}`}" enctype="multipart/form-data" class="sheet">
<p class="field"><label for="photo">${text.photo}</label><input id="photo" name="photo" type="file" accept="image/jpeg,image/png,image/webp" required aria-describedby="photo-hint">
<span class="hint" id="photo-hint">${text.photoHint}</span></p>
<p>${text.consentText}</p>
<p><label><input type="checkbox" name="consent" value="true" required> ${text.consent}</label></p>
<p class="buttons"><button type="submit">${text.ask}</button></p></form>`
    : html`<form method="post" action="${`/me/pickup/end?lang=${language}`}"><button type="submit" class="plain">${text.giveUp}</button></form>`
}
<h2>${text.card}</h2>
${
  card === null
    ? html`<p>${text.noCard}</p>`
    : html`<p>${card.card} · ${text.request} <a href="${`/me/requests/${card.request}?lang=${language}`}">${card.request}</a> · ${text.due} ${renderTime(card.dueAt, loans.timezone)}</p>
<form method="post" action="${`/me/pickup/pass?lang=${language}`}"><input type="hidden" name="request" value="${card.request}">
<p class="buttons"><button type="submit">${text.pass}</button></p></form>`
}`;
    return call.show({ title: text.title, main, status: refused?.status ?? 200 });
  }
}
