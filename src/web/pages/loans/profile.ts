import { changePassword } from '../../../loans/access/sign-in.ts';
import { editProfile, readProfile } from '../../../loans/people/profile.ts';
import { readScheme } from '../../../loans/people/scheme.ts';
import { sessionOf } from '../../api/loans/seats.ts';
import { html } from '../html.ts';
import { renderFaults, renderField } from './forms.ts';
import { type PageCall, type PageParts, type PageRoute, type Refused, tryForm } from './kit.ts';
import { detailsOf, renderDetails, verifiedFields } from './register.ts';

/** One's own details and password. */
export function profilePages({ services }: PageParts): readonly PageRoute[] {
  const { people } = services;
  return [
    {
      method: 'GET',
      url: '/me/profile',
      who: 'reader',
      run: async (call) => await showProfile(call, null),
    },
    {
      method: 'POST',
      url: '/me/profile',
      who: 'reader',
      run: async (call) => {
        const { actor, form } = call;
        const { libraryId } = await readProfile(people, actor);
        const { scheme } = await readScheme(people, libraryId);
        const given = Object.entries(detailsOf(form, scheme));
        const changes = given.filter(([name]) => !verifiedFields.includes(name));
        const editedAt = new Date(Number(form.get('edited')));
        const tried = await tryForm(call, () =>
          editProfile(people, actor, Object.fromEntries(changes), editedAt),
        );
        if ('refused' in tried) return await showProfile(call, tried.refused);
        return call.go('/me/profile', { saved: '1' });
      },
    },
    {
      method: 'POST',
      url: '/me/profile/password',
      who: 'reader',
      limited: true,
      run: async (call) => {
        const { actor, form, request } = call;
        const input = {
          current: form.get('current') ?? '',
          password: form.get('password') ?? '',
          sessionId: sessionOf(request)?.sessionId ?? '',
        };
        const tried = await tryForm(call, () => changePassword(people, actor, input));
        if ('refused' in tried) return await showProfile(call, tried.refused);
        return call.go('/me/profile', { saved: '1' });
      },
    },
  ];

  async function showProfile(call: PageCall, refused: Refused | null): Promise<unknown> {
    const { actor, language, text, form, query } = call;
    const profile = await readProfile(people, actor);
    const { scheme } = await readScheme(people, profile.libraryId);
    const shown = { ...profile, ...(refused && detailsOf(form, scheme)) };
    const facts = [
      [text.login, profile.login],
      [text.barcode, profile.barcode],
      [text.realName, profile.name],
      [scheme.card.label[language], profile.cardNumber],
    ].filter(([, value]) => value !== null);
    const faults = refused?.faults ?? [];
    const secret = (name: string, label: string, autocomplete: string) =>
      renderField(
        { name, label, type: 'password', required: true, autocomplete },
        faults,
        language,
      );
    const main = html`${query.get('saved') === '1' && html`<p role="status">${text.saved}</p>`}
${refused && renderFaults(refused.sentence, faults, language)}
<dl class="facts-list">${facts.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>\n`)}</dl>
<form method="post" action="${`/me/profile?lang=${language}`}" class="sheet">
<input type="hidden" name="edited" value="${profile.editedAt.getTime()}">
${renderDetails(call, scheme, shown, refused, verifiedFields)}
<p class="buttons"><button type="submit">${text.save}</button></p></form>
<h2>${text.changePassword}</h2>
<form method="post" action="${`/me/profile/password?lang=${language}`}" class="sheet">
${secret('current', text.currentPassword, 'current-password')}
${secret('password', text.newPassword, 'new-password')}
<p class="buttons"><button type="submit">${text.changePassword}</button></p></form>`;
    return call.show({ title: text.profile, main, status: refused?.status ?? 200 });
  }
}
