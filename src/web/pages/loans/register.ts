import type { DetailsInput } from '../../../loans/people/details.ts';
import {
  type RegistrationInput,
  registerReader,
  registrationToCorrect,
  resubmitRegistration,
} from '../../../loans/people/registration.ts';
import {
  type OptionalField,
  optionalFields,
  type RegistrationScheme,
  readScheme,
} from '../../../loans/people/scheme.ts';
import type { Language } from '../../language.ts';
import { type Html, html } from '../html.ts';
import { entered, type Field, renderFaults, renderField, renderSelect } from './forms.ts';
import { type PageCall, type PageParts, type PageRoute, type Refused, tryForm } from './kit.ts';
import { texts } from './texts.ts';

const optionalNames = Object.keys(optionalFields) as OptionalField[];
/** What a profile may keep unsaid on a first visit; the profile's own page has them all. */
const firstFields: readonly OptionalField[] = ['phone', 'department', 'major', 'title'];

/** Registration under a home library, and its correction by the link in a mail. */
export function registrationPages(parts: PageParts): readonly PageRoute[] {
  const { people } = parts.services;
  return [
    {
      method: 'GET',
      url: '/register',
      who: 'anyone',
      run: async (call) => {
        const library = call.query.get('library');
        return library === null ? showLibraries(call) : await showForm(call, library, null);
      },
    },
    {
      method: 'POST',
      url: '/register',
      who: 'anyone',
      limited: true,
      run: async (call) => {
        const { form, language, text } = call;
        const libraryId = form.get('library') ?? '';
        const { scheme } = await readScheme(people, libraryId);
        const input: RegistrationInput = {
          libraryId,
          ...detailsOf(form, scheme),
          login: entered(form, 'login'),
          password: form.get('password'),
          locale: language,
        };
        const tried = await tryForm(call, () =>
          registerReader(people, input, { address: call.request.ip }),
        );
        if ('refused' in tried) return await showForm(call, libraryId, tried.refused);
        const name = nameOf(libraryId, language);
        const main = html`<p role="status">${text.registeredText(name, tried.done.login)}</p>`;
        return call.show({ title: text.registered, main });
      },
    },
    {
      method: 'GET',
      url: '/register/correct',
      who: 'anyone',
      run: async (call) => showCode(call, null),
    },
    {
      method: 'POST',
      url: '/register/correct',
      who: 'anyone',
      limited: true,
      run: async (call) => {
        const token = entered(call.form, 'token') ?? '';
        const looked = await tryForm(call, () => registrationToCorrect(people, token));
        if ('refused' in looked) return showCode(call, looked.refused);
        const { libraryId, details, note } = looked.done;
        if (call.form.get('send') !== '1') {
          return await showCorrection(call, libraryId, details, note, null);
        }
        const { scheme } = await readScheme(people, libraryId);
        const input = { ...details, ...detailsOf(call.form, scheme) };
        const tried = await tryForm(call, () => resubmitRegistration(people, token, input));
        if ('refused' in tried) {
          return await showCorrection(call, libraryId, input, note, tried.refused);
        }
        const main = html`<p role="status">${call.text.corrected}</p>`;
        return call.show({ title: call.text.correct, main });
      },
    },
  ];

  function nameOf(library: string, language: Language): string {
    return people.findLibrary(library)?.name[language] ?? library;
  }

  function showLibraries(call: PageCall): unknown {
    const { text, language } = call;
    const choices = homeLibraries(parts, language);
    const main = html`<form method="get" action="/register" class="sheet">
<input type="hidden" name="lang" value="${language}">
${renderSelect({ name: 'library', label: text.home, hint: text.homeHint, required: true }, choices)}
<p class="buttons"><button type="submit">${text.choose}</button></p></form>`;
    return call.show({ title: text.register, main });
  }

  async function showForm(
    call: PageCall,
    library: string,
    refused: Refused | null,
  ): Promise<unknown> {
    const { text, language, form } = call;
    const { scheme } = await readScheme(people, library);
    const title = text.registerAt(nameOf(library, language));
    if (!scheme.open) return call.show({ title, main: html`<p>${text.closed}</p>` });
    const faults = refused?.faults ?? [];
    const field = (one: Field) => renderField(one, faults, language);
    const main = html`<p>${scheme.instructions[language]}</p>
${refused && renderFaults(refused.sentence, faults, language)}
<form method="post" action="${`/register?lang=${language}`}" class="sheet">
<input type="hidden" name="library" value="${library}">
${renderDetails(call, scheme, detailsOf(form, scheme), refused)}
${field(loginField(call))}
${field({ name: 'password', label: text.password, type: 'password', required: true, hint: text.passwordHint, autocomplete: 'new-password' })}
<p class="buttons"><button type="submit">${text.submit}</button></p></form>`;
    return call.show({ title, main, status: refused?.status ?? 200 });
  }

  function showCode(call: PageCall, refused: Refused | null): unknown {
    const { text, language } = call;
    const token = {
      name: 'token',
      label: text.code,
      hint: text.codeHint,
      required: true,
      autocomplete: 'off',
      fromLink: true,
    };
    const main = html`${refused && renderFaults(refused.sentence, refused.faults, language)}
<form method="post" action="${`/register/correct?lang=${language}`}" class="sheet"${refused === null && html` data-sends-itself`}>
${renderField(token, refused?.faults ?? [], language)}
<p class="buttons"><button type="submit">${text.open}</button></p></form>`;
    return call.show({ title: text.correct, main, status: refused?.status ?? 200 });
  }

  async function showCorrection(
    call: PageCall,
    library: string,
    details: DetailsInput,
    note: string | null,
    refused: Refused | null,
  ): Promise<unknown> {
    const { text, language, form } = call;
    const { scheme } = await readScheme(people, library);
    const main = html`${note !== null && html`<p class="said"><strong>${text.deskAsks}:</strong> ${note}</p>`}
${refused && renderFaults(refused.sentence, refused.faults, language)}
<form method="post" action="${`/register/correct?lang=${language}`}" class="sheet">
<input type="hidden" name="token" value="${form.get('token')}">
<input type="hidden" name="send" value="1">
${renderDetails(call, scheme, details, refused)}
<p class="buttons"><button type="submit">${text.submit}</button></p></form>`;
    return call.show({ title: text.correct, main, status: refused?.status ?? 200 });
  }
}

/** Libraries whose readers may borrow from others, by name. */
export function homeLibraries(
  { context, services }: PageParts,
  language: Language,
): readonly { readonly value: string; readonly label: string }[] {
  return context.directory
    .list()
    .filter(({ library }) => library.status === 'live')
    .flatMap(({ library: { id } }) => {
      const home = services.people.findLibrary(id);
      return home?.borrow ? [{ value: id, label: home.name[language] }] : [];
    })
    .toSorted((a, b) => a.label.localeCompare(b.label, language === 'zh' ? 'zh-CN' : 'en'));
}

/** Checked by the library once; shown afterwards, and changed at the desk only. */
export const verifiedFields: readonly string[] = ['name', 'cardNumber'];

/** The fields that a library asks for, those it must have marked as such. */
export function renderDetails(
  { language }: PageCall,
  scheme: RegistrationScheme,
  details: DetailsInput,
  refused: Refused | null,
  without: readonly string[] = [],
): Html {
  const text = texts[language];
  const shown = optionalNames.filter(
    (name) => firstFields.includes(name) || scheme.required.includes(name) || details[name],
  );
  const fields: readonly Field[] = [
    {
      name: 'name',
      label: text.realName,
      required: true,
      value: details.name ?? null,
      autocomplete: 'name',
    },
    {
      name: 'cardNumber',
      label: scheme.card.label[language],
      required: true,
      value: details.cardNumber ?? null,
      hint: scheme.card.example || null,
      autocomplete: 'off',
    },
    {
      name: 'email',
      label: text.email,
      type: 'email',
      required: true,
      value: details.email ?? null,
      autocomplete: 'email',
    },
    ...shown.map((name) => ({
      name,
      label: optionalFields[name].label[language],
      value: details[name] ?? null,
      required: scheme.required.includes(name),
      maxLength: optionalFields[name].maxLength,
      ...(name === 'phone' ? { type: 'tel' as const, autocomplete: 'tel' } : {}),
    })),
    ...scheme.extra.map(({ name, label, required, maxLength }) => ({
      name: `extra.${name}`,
      label: label[language],
      value: details.extra?.[name] ?? null,
      required,
      maxLength,
    })),
  ];
  return html`${fields
    .filter(({ name }) => !without.includes(name))
    .map((field) => renderField(field, refused?.faults ?? [], language))}`;
}

/** The name to sign in with; left empty, one is issued. */
export function loginField({ text, form }: PageCall): Field {
  return {
    name: 'login',
    label: text.login,
    value: form.get('login'),
    hint: text.loginHint,
    autocomplete: 'username',
  };
}

/** What was entered of the fields that a form of this library has. */
export function detailsOf(form: URLSearchParams, scheme: RegistrationScheme): DetailsInput {
  const given = ['name', 'cardNumber', 'email', ...optionalNames].filter((name) => form.has(name));
  const extra = scheme.extra.flatMap(({ name }) => {
    const value = entered(form, `extra.${name}`);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(given.map((name) => [name, entered(form, name)])),
    ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
  };
}
