import { scanBarcode } from '../../../loans/desks/scan.ts';
import { pullSlips } from '../../../loans/desks/slips.ts';
import { actionFacts } from '../../../loans/lifecycle/actions.ts';
import { type Html, html } from '../html.ts';
import { entered, renderFaults, renderField } from './forms.ts';
import { type PageCall, type PageParts, type PageRoute, type Refused, tryForm } from './kit.ts';
import { loanTexts } from './loan-texts.ts';
import { renderTime } from './request-view.ts';

/** What is done with books in hand: slips to walk the shelves with, and the scan of a barcode. */
export function deskShelfPages({ services }: PageParts): readonly PageRoute[] {
  const { loans } = services;
  return [
    {
      method: 'GET',
      url: '/desk/slips',
      who: 'staff',
      run: async (call) => await showSlips(call),
    },
    {
      method: 'GET',
      url: '/desk/scan',
      who: 'staff',
      run: async (call) => showScan(call, null, null),
    },
    {
      method: 'POST',
      url: '/desk/scan',
      who: 'staff',
      run: async (call) => {
        const { actor, form, language } = call;
        const barcode = entered(form, 'barcode') ?? '';
        const tried = await tryForm(call, () =>
          loans.database.transaction((tx) => scanBarcode(loans, tx, actor, { barcode })),
        );
        if ('refused' in tried) return showScan(call, null, tried.refused);
        const { number, action } = tried.done;
        const facts = actionFacts('borrowing', action) ?? actionFacts('lending', action);
        const done = html`<p role="status" class="said">${barcode}: ${facts?.[language]} · <a href="${`/desk/requests/${number}?lang=${language}`}">${number}</a></p>`;
        return showScan(call, done, null);
      },
    },
  ];

  /** The field is empty and has the focus again: the next barcode may come. */
  function showScan(call: PageCall, done: Html | null, refused: Refused | null): unknown {
    const { language } = call;
    const text = loanTexts[language];
    const field = { name: 'barcode', label: text.barcode, required: true, autocomplete: 'off' };
    const main = html`${done}${refused && renderFaults(refused.sentence, refused.faults, language)}
<form method="post" action="${`/desk/scan?lang=${language}`}" class="sheet">
${renderField({ ...field, focus: true }, refused?.faults ?? [], language)}
<p class="buttons"><button type="submit">${text.take}</button></p></form>`;
    return call.show({ title: text.scan, main, status: refused?.status ?? 200 });
  }

  async function showSlips(call: PageCall): Promise<unknown> {
    const { actor, language } = call;
    const text = loanTexts[language];
    const slips = await pullSlips(loans, loans.database.db, actor, actor.libraryId ?? '');
    const main = html`<p>${renderTime(loans.clock.now().toISOString(), loans.timezone)}</p>
${slips.length === 0 && html`<p>${text.emptyQueue}</p>`}
<ol class="slips">${slips.map(
      (
        slip,
      ) => html`<li><p><strong class="call-number">${slip.callNumber}</strong> ${slip.location}</p>
<p>${slip.title}${slip.volume !== null && ` ${slip.volume}`}${slip.author !== null && ` / ${slip.author}`}${slip.year !== null && ` · ${slip.year}`}</p>
<p>${slip.number} · ${slip.homeName[language]} · ${text.deliveries[slip.delivery as 'courier']} · ${text.volumeCount} ${slip.volumes}</p></li>
`,
    )}</ol>`;
    return call.show({ title: text.slips, main });
  }
}
