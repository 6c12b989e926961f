import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Sentence } from '../../errors.ts';
import {
  checkedSubject,
  type IdentityProvider,
  type ProviderFetch,
  providerFailed,
  readAnswer,
} from './provider.ts';

export interface CasSettings {
  readonly id: string;
  readonly name: Sentence;
  /** Address of the server, such as `https://sso.example.edu/cas`, without a slash at the end. */
  readonly url: string;
  /** CAS 2 validates tickets at /serviceValidate, CAS 3 at /p3/serviceValidate. */
  readonly version: 2 | 3;
}

/** CAS protocol 3.0 section 3.1: a service ticket begins with `ST-` and has at most 256 characters. */
const ticketForm = /^ST-[\w.:-]{1,253}$/;

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: true,
  htmlEntities: false,
});

/**
 * The CAS protocol, versions 2 and 3. It has no state of its own, so the state is part of the
 * service address; a ticket is good for that very address, and once.
 */
export function createCasProvider(settings: CasSettings, fetch: ProviderFetch): IdentityProvider {
  const serviceOf = (redirectUri: string, state: string) => {
    const service = new URL(redirectUri);
    service.searchParams.set('state', state);
    return service.href;
  };
  return {
    id: settings.id,
    name: settings.name,
    async begin({ redirectUri, state }) {
      const url = new URL(`${settings.url}/login`);
      url.searchParams.set('service', serviceOf(redirectUri, state));
      return url;
    },
    async finish(currentUrl, { redirectUri, state }) {
      try {
        const ticket = currentUrl.searchParams.get('ticket') ?? '';
        if (!ticketForm.test(ticket)) throw new Error('there is no service ticket');
        const path = settings.version === 3 ? 'p3/serviceValidate' : 'serviceValidate';
        const url = new URL(`${settings.url}/${path}`);
        url.searchParams.set('service', serviceOf(redirectUri, state));
        url.searchParams.set('ticket', ticket);
        const response = await fetch(url.href, {
          method: 'GET',
          headers: { accept: 'application/xml' },
          body: undefined,
          redirect: 'manual',
          signal: AbortSignal.timeout(10_000),
        });
        return { subject: readUser(await readAnswer(response)), domain: null };
      } catch (error) {
        throw providerFailed(settings.id, error);
      }
    },
  };
}

/** The user of a serviceResponse (CAS protocol 3.0 appendix A); throws for any other answer. */
function readUser(xml: string): string {
  if (/<!DOCTYPE/i.test(xml)) throw new Error('the answer has a document type');
  if (XMLValidator.validate(xml) !== true) throw new Error('the answer is not well-formed');
  const { serviceResponse: response } = parser.parse(xml);
  const failed = response?.authenticationFailure !== undefined;
  if (failed) throw new Error('the ticket was refused');
  return checkedSubject(response?.authenticationSuccess?.user);
}
