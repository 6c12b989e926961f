import { requestPasswordReset, resetPassword } from '../../../loans/access/forgotten.ts';
import { signIn, signOut } from '../../../loans/access/sign-in.ts';
import { acceptInvitation } from '../../../loans/access/staff.ts';
import { currentAnnouncements } from '../../../loans/notices/announcements.ts';
import { listProviders } from '../../../loans/people/external/login.ts';
import { clearCookie, sessionOf, setCookie } from '../../api/loans/seats.ts';
import { type Html, html } from '../html.ts';
import { entered, renderFaults, renderField } from './forms.ts';
import {
  firstPage,
  type PageCall,
  type PageParts,
  type PageRoute,
  type Refused,
  tryForm,
} from './kit.ts';

/** Signing in and out, and the pages behind the links that set a password. */
export function signInPages({ services }: PageParts): readonly PageRoute[] {
  const { people } = services;
  return [
    {
      method: 'GET',
      url: '/sign-in',
      who: 'anyone',
      run: async (call) => await showSignIn(call, null),
    },
    {
      method: 'POST',
      url: '/sign-in',
      who: 'anyone',
      limited: true,
      run: async (call) => {
        const { request, reply, form } = call;
        const login = form.get('login') ?? '';
        const tried = await tryForm(call, () =>
          signIn(
            people,
            { login, password: form.get('password') ?? '' },
            { address: request.ip, device: request.headers['user-agent'] ?? null },
          ),
        );
        if ('refused' in tried) return await showSignIn(call, tried.refused);
        setCookie(request, reply, tried.done.token);
        const next = ownPath(form.get('next'));
        if (next !== null) return reply.redirect(next, 303);
        return call.go(firstPage(tried.done.actor));
      },
    },
    {
      method: 'POST',
      url: '/sign-out',
      who: 'anyone',
      run: async (call) => {
        const seat = sessionOf(call.request);
        if (seat !== null && seat.sessionId !== null) await signOut(people, seat.token);
        clearCookie(call.request, call.reply);
        return call.go('/sign-in');
      },
    },
    {
      method: 'GET',
      url: '/password/forgotten',
      who: 'anyone',
      run: async (call) => showForgotten(call),
    },
    {
      method: 'POST',
      url: '/password/forgotten',
      who: 'anyone',
      limited: true,
      run: async (call) => {
        const who = call.form.get('who') ?? '';
        await requestPasswordReset(people, { who }, { address: call.request.ip });
        const main = html`<p role="status">${call.text.linkSent}</p>`;
        return call.show({ title: call.text.forgotten, main });
      },
    },
    ...secretPages('/password/new', 'setPassword', (input) => resetPassword(people, input)),
    ...secretPages('/staff/accept', 'acceptTitle', (input) => acceptInvitation(people, input)),
  ];

  async function showSignIn(call: PageCall, refused: Refused | null): Promise<unknown> {
    const { text, language } = call;
    const next = ownPath(call.form.get('next') ?? call.query.get('next')) ?? '';
    const field = (name: string, label: string, autocomplete: string) =>
      renderField(
        {
          name,
          label,
          required: true,
          autocomplete,
          type: name === 'password' ? 'password' : 'text',
          value: call.form.get(name),
        },
        refused?.faults ?? [],
        language,
      );
    const main = html`${call.query.get('set') === '1' && html`<p role="status">${text.passwordSet}</p>`}
${call.query.get('waits') === '1' && html`<p role="status">${text.linkWaits}</p>`}
${refused && renderFaults(refused.sentence, refused.faults, language)}
<form method="post" action="${`/sign-in?lang=${language}`}" class="sheet">
<input type="hidden" name="next" value="${next}">
${field('login', text.login, 'username')}
${field('password', text.password, 'current-password')}
<p class="buttons"><button type="submit">${text.signIn}</button>
<a href="${`/register?lang=${language}`}">${text.register}</a>
<a href="${`/password/forgotten?lang=${language}`}">${text.forgotten}</a></p>
</form>
${universities(call)}
${await announcements(call)}`;
    return call.show({ title: text.signIn, main, status: refused?.status ?? 200 });
  }

  function universities({ text, language }: PageCall): Html | null {
    const providers = listProviders(services.logins);
    if (providers.length === 0) return null;
    return html`<section><h2>${text.universities}</h2><ul>${providers.map(
      ({ id, name }) =>
        html`<li><a href="${`/api/v1/logins/${encodeURIComponent(id)}`}">${name[language]}</a></li>`,
    )}</ul></section>`;
  }

  async function announcements({ text, language }: PageCall): Promise<Html | null> {
    const { loans } = services;
    const current = await currentAnnouncements(loans, loans.database.db);
    if (current.length === 0) return null;
    return html`<section><h2>${text.announcements}</h2><dl class="announcements">${current
      .slice(0, 20)
      .map(({ library, title, body, from }) => {
        const name = library === null ? null : loans.findLibrary(library)?.name[language];
        return html`<dt><time datetime="${from}">${from.slice(0, 10)}</time> ${name} ${title[language]}</dt><dd>${body[language]}</dd>
`;
      })}</dl></section>`;
  }
}

function showForgotten(call: PageCall): unknown {
  const { text, language } = call;
  const main = html`<form method="post" action="${`/password/forgotten?lang=${language}`}" class="sheet">
${renderField({ name: 'who', label: text.who, required: true, autocomplete: 'username' }, [], language)}
<p class="buttons"><button type="submit">${text.sendLink}</button></p></form>`;
  return call.show({ title: text.forgotten, main });
}

/** A page behind a link with a secret; a password is set by it, and then one signs in. */
function secretPages(
  url: string,
  title: 'setPassword' | 'acceptTitle',
  set: (input: { readonly token: string; readonly password: string }) => Promise<void>,
): readonly PageRoute[] {
  const show = (call: PageCall, refused: Refused | null) => {
    const { text, language, form } = call;
    const token = {
      name: 'token',
      label: text.code,
      hint: text.codeHint,
      value: form.get('token'),
      required: true,
      autocomplete: 'off',
      fromLink: true,
    };
    const password = {
      name: 'password',
      label: text.newPassword,
      hint: text.passwordHint,
      type: 'password',
      required: true,
      autocomplete: 'new-password',
    } as const;
    const faults = refused?.faults ?? [];
    const main = html`${refused && renderFaults(refused.sentence, faults, language)}
<form method="post" action="${`${url}?lang=${language}`}" class="sheet">
${renderField(token, faults, language)}
${renderField(password, faults, language)}
<p class="buttons"><button type="submit">${text.setPassword}</button></p></form>`;
    return call.show({ title: text[title], main, status: refused?.status ?? 200 });
  };
  return [
    { method: 'GET', url, who: 'anyone', run: async (call) => show(call, null) },
    {
      method: 'POST',
      url,
      who: 'anyone',
      limited: true,
      run: async (call) => {
        const input = {
          token: entered(call.form, 'token') ?? '',
          password: call.form.get('password') ?? '',
        };
        const tried = await tryForm(call, () => set(input));
        if ('refused' in tried) return show(call, tried.refused);
        return call.go('/sign-in', { set: '1' });
      },
    },
  ];
}

/** A path on this gateway to go on to; anything else is nobody's business here. */
function ownPath(text: string | null): string | null {
  return text !== null && /^\/(?![/\\])[^\s\\]*$/.test(text) ? text : null;
}
