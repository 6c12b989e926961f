import type { Actor } from '../../../loans/actor.ts';
import type { LoanServices } from '../../api/loans/services.ts';
import type { Language } from '../../language.ts';
import { type Html, html } from '../html.ts';
import { pickupTexts } from './pickup-texts.ts';
import { texts } from './texts.ts';

/** Where one can go from here: for visitors, readers and staff. */
export function renderMenu(actor: Actor, language: Language): Html {
  const text = texts[language];
  const link = (path: string, label: string) =>
    html`<a href="${`${path}?lang=${language}`}">${label}</a> `;
  if (actor.kind === 'system') {
    return html`${link('/sign-in', text.signIn)}${link('/register', text.register)}`;
  }
  const own =
    actor.kind === 'reader'
      ? [
          link('/me', text.requests),
          link('/me/messages', text.messages),
          link('/me/profile', text.profile),
        ]
      : [link('/desk', text.desk), link('/desk/pickups', pickupTexts[language].desk)];
  return html`${own}<form class="inline" method="post" action="${`/sign-out?lang=${language}`}"><button type="submit" class="plain">${text.signOut}</button></form>`;
}

/** Whom a reader may ask: the desk of the home library, on every page. */
export function renderFooter(
  { loans }: LoanServices,
  actor: Actor,
  language: Language,
): Html | null {
  if (actor.kind !== 'reader' || actor.libraryId === null) return null;
  const library = loans.findLibrary(actor.libraryId);
  if (library === null) return null;
  const { desk, phone, email } = library.contact;
  const text = texts[language];
  return html`<footer>${text.yourDesk}: ${library.name[language]} ${desk[language]}
${phone && html` · ${text.phone} ${phone}`}${email && html` · <a href="mailto:${email}">${email}</a>`}</footer>`;
}
