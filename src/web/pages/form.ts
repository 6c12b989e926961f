import type { Entry } from '../../members/directory.ts';
import { indexNames } from '../../query/types.ts';
import type { WebContext } from '../context.ts';
import type { Language } from '../language.ts';
import type { BadInput } from '../problem.ts';
import { type Html, html } from './html.ts';
import { type Texts, texts } from './texts.ts';

export interface FormPage {
  readonly query: string;
  readonly index: string;
  readonly chosen: ReadonlySet<string>;
  readonly errors: readonly BadInput[];
  readonly language: Language;
}

/** The search form: works without script, keeps everything the reader entered. */
export function renderForm(page: FormPage, context: WebContext): Html {
  const text = texts[page.language];
  const limit = context.selection.maxLibraries;
  return html`<form action="/" method="get" role="search">
<input type="hidden" name="lang" value="${page.language}">
<div class="query">
<label for="q">${text.query}</label>
<input id="q" name="q" type="search" value="${page.query}" placeholder="${text.queryHint}" required maxlength="2000"${page.errors.length > 0 ? html` aria-describedby="errors" aria-invalid="true"` : null}>
<label for="index">${text.index}</label>
<select id="index" name="index">${indexNames.map(
    (name) =>
      html`<option value="${name}"${name === page.index ? html` selected` : null}>${text.indexes[name]}</option>`,
  )}</select>
<button type="submit">${text.submit}</button>
</div>
${page.errors.length > 0 && renderErrors(page.errors, text)}
<details class="libraries"${page.errors.some(({ pointer }) => pointer === '/libraries') ? html` open` : null}>
<summary>${text.libraries} · <output id="chosen">${text.chosen(page.chosen.size)}</output></summary>
<p class="rule">${text.librariesRule(limit)}</p>
<div class="categories">${renderCategories(page, context, text)}</div>
</details>
</form>`;
}

function renderErrors(errors: readonly BadInput[], text: Texts): Html {
  return html`<div id="errors" class="errors" role="alert"><p>${text.wrong}</p>
<ul>${errors.map(({ pointer, message }) => html`<li>${pointer.slice(1)}: ${message}</li>`)}</ul></div>`;
}

function renderCategories(page: FormPage, context: WebContext, text: Texts): Html[] {
  const live = context.directory.list().filter(({ library }) => library.status === 'live');
  const known = new Set(context.shape.categories.map(({ id }) => id));
  const uncategorised = live.filter(
    ({ library }) => !library.categories.some((id) => known.has(id)),
  );
  const groups = context.shape.categories.map((category) => ({
    label: page.language === 'en' ? category.en : category.zh,
    entries: live.filter(({ library }) => library.categories[0] === category.id),
  }));
  groups.push({ label: text.others, entries: uncategorised });
  return groups
    .filter(({ entries }) => entries.length > 0)
    .map(
      ({
        label,
        entries,
      }) => html`<fieldset><legend>${text.category(label, entries.length)}</legend>
${entries.map((entry) => renderChoice(entry, page, text))}</fieldset>`,
    );
}

function renderChoice({ library }: Entry, page: FormPage, text: Texts): Html {
  const name = (page.language === 'en' ? library.name.en : undefined) ?? library.name.zh;
  const checked = page.chosen.has(library.id);
  return html`<label class="choice"><input type="checkbox" name="libraries" value="${library.id}"${checked ? html` checked` : null}${library.outsideLimit ? html` data-outside="true"` : null}> ${name}${library.outsideLimit && html` <small>${text.outside}</small>`}</label>
`;
}
