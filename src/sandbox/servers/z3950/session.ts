import type {
  Apdu,
  DeleteRequest,
  DeleteResponse,
  InitOption,
  InitRequest,
  InitResponse,
} from '../../../protocols/z3950/apdu/index.ts';
import { encodeChoice, findProposal } from '../../../protocols/z3950/negotiation.ts';
import { iso10646 } from '../../../protocols/z3950/oid.ts';
import type { FaultName } from '../../faults.ts';
import type { Association, Z3950Server } from './association.ts';
import { scan, sort } from './listing.ts';
import { present, search } from './searching.ts';

/** One association: answers requests in order, remembers its result sets. */
export interface Session {
  /** The answer to a request; null ends the association without a word. */
  answer(request: Apdu, fault: FaultName | null): Apdu | null;
}

const offered: readonly InitOption[] = ['search', 'present', 'delSet', 'scan', 'sort'];
const largestMessage = 1024 * 1024;
/** Languages that a server agrees to, though its few messages are in English all the same. */
const spoken: readonly string[] = ['chi', 'eng'];

export function createSession(server: Z3950Server): Session {
  const session: Association = {
    server,
    sets: new Map(),
    charset: server.settings.termCharset,
    open: false,
  };
  return {
    answer: (request, fault) => {
      if (request.type === 'initRequest') return init(session, request);
      if (!session.open && request.type !== 'close') {
        return { type: 'close', reason: 'protocolError', message: 'Init comes first' };
      }
      switch (request.type) {
        case 'searchRequest':
          return search(session, request, fault);
        case 'presentRequest':
          return present(session, request, fault);
        case 'scanRequest':
          return scan(session, request);
        case 'sortRequest':
          return sort(session, request);
        case 'deleteRequest':
          return remove(session, request);
        case 'close':
          return { type: 'close', referenceId: request.referenceId, reason: 'finished' };
        default:
          return { type: 'close', reason: 'protocolError', message: 'unsupported service' };
      }
    },
  };
}

function init(session: Association, request: InitRequest): InitResponse {
  const { settings } = session.server;
  const proposal = settings.negotiates ? findProposal(request.otherInformation) : null;
  const utf8 = proposal?.encodings.includes(iso10646.utf8) === true;
  if (utf8) session.charset = 'utf-8';
  const language = proposal?.languages.find((one) => spoken.includes(one)) ?? null;
  const agreed = utf8 || language !== null;
  const account = settings.account;
  const given = request.authentication;
  const admitted =
    account === null ||
    (given?.kind === 'idPass' &&
      given.user === account.user &&
      given.password === account.password) ||
    (given?.kind === 'open' && given.token === `${account.user}/${account.password}`);
  session.open = admitted;
  const granted: readonly InitOption[] = [
    ...offered,
    ...(settings.namedSets ? (['namedResultSets'] as const) : []),
    ...(agreed ? (['negotiationModel'] as const) : []),
  ];
  return {
    type: 'initResponse',
    referenceId: request.referenceId,
    versions: request.versions.filter((version) => version <= 3),
    options: request.options.filter((option) => granted.includes(option)),
    preferredMessageSize: Math.min(request.preferredMessageSize, largestMessage),
    exceptionalRecordSize: Math.min(request.exceptionalRecordSize, largestMessage),
    result: admitted,
    implementationId: '0',
    implementationName: 'Guanji sandbox',
    implementationVersion: '1',
    ...(agreed
      ? {
          otherInformation: [
            encodeChoice({ encoding: utf8 ? iso10646.utf8 : null, language, recordsToo: false }),
          ],
        }
      : {}),
  };
}

function remove(session: Association, request: DeleteRequest): DeleteResponse {
  const names = request.resultSetNames ?? [...session.sets.keys()];
  const statuses = names.map((name) => ({ name, status: session.sets.delete(name) ? 0 : 1 }));
  return {
    type: 'deleteResponse',
    referenceId: request.referenceId,
    status: statuses.some((one) => one.status !== 0) ? 1 : 0,
    statuses,
  };
}
