import type { PeopleContext } from '../../../loans/people/context.ts';
import type { ExternalLogins } from '../../../loans/people/external/login.ts';
import type { LoanContext } from '../../../loans/requests/context.ts';

/** What the routes of interlibrary loan stand on; made once when the gateway starts. */
export interface LoanServices {
  readonly loans: LoanContext;
  readonly people: PeopleContext;
  /** Sign-in at universities; without any, the list of them is empty. */
  readonly logins: ExternalLogins;
}
