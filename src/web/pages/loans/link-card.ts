import { linkLibraryCard } from '../../../loans/people/external/links.ts';
import { readScheme } from '../../../loans/people/scheme.ts';
import { html } from '../html.ts';
import { entered, type Field, renderFaults, renderField, renderSelect } from './forms.ts';
import { type PageCall, type PageParts, type PageRoute, type Refused, tryForm } from './kit.ts';
import { detailsOf, homeLibraries, loginField, renderDetails } from './register.ts';

/**
 * "Link my library card": where a university's sign-in leads to an identity that nobody has yet. Its
 * ticket comes behind `#` and goes with the form; the home library approves before it opens anything.
 */
export function linkCardPages(parts: PageParts): readonly PageRoute[] {
  const { people } = parts.services;
  const url = '/register/link';
  return [
    { method: 'GET', url, who: 'anyone', run: async (call) => showLibraries(call) },
    {
      method: 'POST',
      url,
      who: 'anyone',
      limited: true,
      run: async (call) => {
        const { form, language, text } = call;
        const libraryId = form.get('library') ?? '';
        if (form.get('send') !== '1') return await showForm(call, libraryId, null);
        const { scheme } = await readScheme(people, libraryId);
        const input = {
          libraryId,
          ...detailsOf(form, scheme),
          login: entered(form, 'login'),
          locale: language,
        };
        const ticket = entered(form, 'ticket') ?? '';
        const tried = await tryForm(call, () =>
          linkLibraryCard(people, ticket, input, { address: call.request.ip }),
        );
        if ('refused' in tried) return await showForm(call, libraryId, tried.refused);
        const main = html`<p role="status">${text.linked}</p>`;
        return call.show({ title: text.linkCard, main });
      },
    },
  ];

  function ticketField({ text, form }: PageCall): Field {
    return {
      name: 'ticket',
      label: text.ticket,
      hint: text.ticketHint,
      value: form.get('ticket'),
      required: true,
      autocomplete: 'off',
      fromLink: true,
    };
  }

  function showLibraries(call: PageCall): unknown {
    const { text, language } = call;
    const home = { name: 'library', label: text.home, hint: text.homeHint, required: true };
    const main = html`<p>${text.linkCardText}</p>
<form method="post" action="${`${url}?lang=${language}`}" class="sheet">
${renderField(ticketField(call), [], language)}
${renderSelect(home, homeLibraries(parts, language))}
<p class="buttons"><button type="submit">${text.choose}</button></p></form>`;
    return call.show({ title: text.linkCard, main });
  }

  async function showForm(
    call: PageCall,
    library: string,
    refused: Refused | null,
  ): Promise<unknown> {
    const { text, language, form } = call;
    const { scheme } = await readScheme(people, library);
    const faults = refused?.faults ?? [];
    const main = html`<p>${scheme.instructions[language]}</p>
${refused && renderFaults(refused.sentence, faults, language)}
<form method="post" action="${`${url}?lang=${language}`}" class="sheet">
<input type="hidden" name="library" value="${library}"><input type="hidden" name="send" value="1">
${renderField(ticketField(call), faults, language)}
${renderDetails(call, scheme, detailsOf(form, scheme), refused)}
${renderField(loginField(call), faults, language)}
<p class="buttons"><button type="submit">${text.submit}</button></p></form>`;
    return call.show({ title: text.linkCard, main, status: refused?.status ?? 200 });
  }
}
