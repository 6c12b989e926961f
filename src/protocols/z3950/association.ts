import type { Socket } from 'node:net';
import { EgressError } from '../egress/errors.ts';
import { read } from './apdu/external.ts';
import {
  type Apdu,
  type Authentication,
  type Close,
  closeReasons,
  type DeleteRequest,
  type DeleteResponse,
  decodeApdu,
  encodeApdu,
  type InitOption,
  type InitRequest,
  type InitResponse,
  type NamedRecord,
  type OtherApdu,
  type PresentRequest,
  type PresentResponse,
  type Salvage,
  type ScanRequest,
  type ScanResponse,
  type SearchRequest,
  type SearchResponse,
  type SortRequest,
  type SortResponse,
  salvageApdu,
} from './apdu/index.ts';
import { parseBer } from './ber/read.ts';
import { context } from './ber/tag.ts';
import * as write from './ber/write.ts';
import { AssociationEndedError, InitRefusedError, Z3950Error } from './errors.ts';
import { BerFramer } from './framer.ts';
import { clientLimits, defaultPace, type Pace } from './limits.ts';
import { encodeProposal, findChoice, proposalOf } from './negotiation.ts';
import { iso10646 } from './oid.ts';
import { PaceWatch } from './pace.ts';
import { ResultSets } from './result-sets.ts';
import { refusalDiagnostics } from './user-information.ts';

export interface InitSettings {
  readonly authentication: Authentication;
  /** Propose UTF-8 for terms. */
  readonly negotiateCharset: boolean;
  /** Languages proposed for what the library says besides records, best first; none by default. */
  readonly languages?: readonly string[];
  /** Offer queries in CQL (type 104). */
  readonly cql: boolean;
}

/** What the library granted in its Init response. */
export interface Granted {
  readonly version: number;
  readonly options: ReadonlySet<InitOption>;
  /** True when the library agreed to terms in UTF-8. */
  readonly utf8: boolean;
  /** The language that the library chose among those proposed, or null. */
  readonly language: string | null;
  readonly implementation: string;
}

interface Exchanges {
  initRequest: InitResponse;
  searchRequest: SearchResponse;
  presentRequest: PresentResponse;
  scanRequest: ScanResponse;
  sortRequest: SortResponse;
  deleteRequest: DeleteResponse;
}
type Request =
  | InitRequest
  | SearchRequest
  | PresentRequest
  | ScanRequest
  | SortRequest
  | DeleteRequest;

interface Waiter {
  readonly expects: Apdu['type'];
  readonly referenceId: Uint8Array;
  readonly segments: NamedRecord[];
  resolve(apdu: Apdu): void;
  reject(error: Error): void;
}

const nothing: Salvage = { hits: null, records: [] };

/**
 * One Z39.50 association over one socket. Requests are answered in the order sent; several may be under
 * way (written in one go inside `together`). It ends once: by its own close, a Close of the library, the
 * socket, or bytes that are not Z39.50; every awaited answer then rejects with the reason.
 */
export class Association {
  readonly #socket: Socket;
  readonly #settings: InitSettings;
  readonly #framer = new BerFramer(clientLimits);
  readonly #waiters: Waiter[] = [];
  #granted: Granted | null = null;
  #ended: Error | null = null;
  #salvage: Salvage = nothing;
  #answers = 0;
  /** An answer that drips holds a seat for nothing: it is ended long before the deadline. */
  readonly #pace: PaceWatch;
  #references = 0;
  /** What the library holds for us; it goes when the association goes. */
  readonly resultSets = new ResultSets();
  onEnd: (() => void) | null = null;

  constructor(socket: Socket, settings: InitSettings, pace: Pace = defaultPace) {
    this.#socket = socket;
    this.#settings = settings;
    this.#pace = new PaceWatch(pace, () =>
      this.destroy(new EgressError('body_too_slow', 'The answer came too slowly.')),
    );
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('end', () => this.#finished());
    socket.on('error', () => this.#lost());
    socket.on('close', () => this.#lost());
  }

  /** Null before Init was answered. */
  get granted(): Granted | null {
    return this.#granted;
  }

  get ended(): boolean {
    return this.#ended !== null;
  }

  /** True while an answer is awaited. */
  get pending(): boolean {
    return this.#waiters.length > 0;
  }

  /** Answers that came, Init's among them: tells whether a request can have been acted on. */
  get answers(): number {
    return this.#answers;
  }

  /** What was whole of the answer that the end cut off. */
  get salvage(): Salvage {
    return this.#salvage;
  }

  /** Sends what `write` asks in one segment, where it fits in one. */
  together<T>(write: () => T): T {
    this.#socket.cork();
    try {
      return write();
    } finally {
      this.#socket.uncork();
    }
  }

  /** Opens the association; rejects with InitRefusedError where the library says no. */
  async init(): Promise<Granted> {
    const { negotiateCharset, languages = [], cql } = this.#settings;
    const proposal = proposalOf(negotiateCharset, languages);
    const response = await this.ask({
      type: 'initRequest',
      versions: [1, 2, 3],
      options: [
        'search',
        'present',
        'delSet',
        'scan',
        'sort',
        'namedResultSets',
        ...(proposal === null ? [] : (['negotiationModel'] as const)),
        ...(cql ? (['queryType104'] as const) : []),
      ],
      preferredMessageSize: preferredBytes,
      exceptionalRecordSize: exceptionalBytes,
      authentication:
        this.#settings.authentication.kind === 'anonymous'
          ? undefined
          : this.#settings.authentication,
      implementationName: 'Guanji',
      otherInformation: proposal === null ? undefined : [encodeProposal(proposal)],
    });
    if (!response.result) {
      const diagnostics = refusalDiagnostics(response);
      const error = new InitRefusedError('The library refused the association.', diagnostics);
      this.destroy(error);
      throw error;
    }
    const { implementationName = '', implementationVersion = '' } = response;
    const choice = findChoice(response.otherInformation);
    this.#granted = {
      version: Math.max(2, ...response.versions.filter((version) => version <= 3)),
      options: new Set(response.options),
      utf8: choice?.encoding === iso10646.utf8,
      language: choice?.language?.slice(0, 40) ?? null,
      implementation: `${implementationName} ${implementationVersion}`.trim().slice(0, 200),
    };
    return this.#granted;
  }

  /** Sends one request and waits for its answer. */
  ask<R extends Request>(request: R): Promise<Exchanges[R['type']]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    this.#references += 1;
    const referenceId = reference(this.#references);
    const { promise, resolve, reject } = Promise.withResolvers<Apdu>();
    this.#waiters.push({
      expects: request.type.replace('Request', 'Response') as Apdu['type'],
      referenceId,
      segments: [],
      resolve,
      reject,
    });
    this.#socket.write(encodeApdu({ ...request, referenceId }));
    return promise as Promise<Exchanges[R['type']]>;
  }

  /** Ends politely: Close, then the socket's own end. */
  close(): void {
    if (this.#ended !== null) return;
    this.#end(new AssociationEndedError('close_finished', 'The association was closed.'));
    if (this.#granted !== null) this.#socket.write(encodeApdu(finished));
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }

  /** Ends at once. */
  destroy(error: Error): void {
    this.#end(error);
    this.#socket.destroy();
  }

  #read(chunk: Uint8Array): void {
    if (this.#ended !== null) return;
    try {
      for (const pdu of this.#framer.write(chunk)) {
        this.#take(decodeApdu(pdu, clientLimits));
        if (this.#ended !== null) return;
      }
      this.#pace.take(chunk.length, this.#framer.pending.length > 0);
    } catch (error) {
      if (!(error instanceof Z3950Error)) throw error;
      this.destroy(error);
    }
  }

  #take(apdu: Apdu): void {
    if (apdu.type === 'close') {
      this.#closedByLibrary(apdu);
      return;
    }
    if (apdu.type === 'other') {
      this.#asked(apdu);
      return;
    }
    const waiter = this.#waiterFor(apdu);
    if (waiter === undefined) {
      throw new Z3950Error('apdu_unexpected', `A PDU ${apdu.type} came that nobody waits for.`);
    }
    if (apdu.type === 'segment') {
      waiter.segments.push(...apdu.records);
      return;
    }
    this.#answers += 1;
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    waiter.resolve(apdu.type === 'presentResponse' ? joined(apdu, waiter.segments) : apdu);
  }

  /**
   * The oldest request that the PDU can answer. A reference id of ours that names another one means that
   * answers were crossed; none, or one that the library made up, says nothing.
   */
  #waiterFor(apdu: Exclude<Apdu, Close | OtherApdu>): Waiter | undefined {
    const expected = apdu.type === 'segment' ? 'presentResponse' : apdu.type;
    const id = apdu.referenceId;
    const candidates = this.#waiters.filter((waiter) => waiter.expects === expected);
    if (id === undefined || !isOurs(id)) return candidates[0];
    return candidates.find((waiter) => Buffer.compare(waiter.referenceId, id) === 0);
  }

  /**
   * A request of the library in the midst of ours. None was offered: a challenge ends the association, since
   * nobody is there to answer it; a question whether to go on is answered with yes; the rest is news.
   */
  #asked({ number, encoded }: OtherApdu): void {
    if (number === accessControlRequest) {
      this.destroy(
        new InitRefusedError('The library asks for more than a name and a password.', []),
      );
    }
    if (number !== resourceControlRequest) return;
    if (read.boolean(parseBer(encoded, clientLimits), 42)) {
      const goOn = write.field(resourceControlRequest + 1, [write.boolean(context(44), true)]);
      this.#socket.write(write.encodeBer(goOn));
    }
  }

  /** Gives the library back the memory of its result sets, where it grants that they are deleted. */
  deleteSets(): void {
    const names = this.resultSets.forgetAll();
    if (names.length === 0 || !this.#granted?.options.has('delSet')) return;
    this.ask({ type: 'deleteRequest', resultSetNames: names }).catch(() => undefined);
  }

  #closedByLibrary(close: Close): void {
    const error = new AssociationEndedError(
      `close_${close.reason}`,
      `The library closed the association (${close.reason}).`,
    );
    this.#end(error);
    this.#socket.write(encodeApdu(finished));
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }

  /** The library ended its side: in the midst of a PDU that is half an answer, between PDUs a farewell. */
  #finished(): void {
    if (this.#framer.pending.length === 0) this.#lost();
    else this.destroy(new Z3950Error('pdu_truncated', 'The answer ended in the midst of a PDU.'));
  }

  #lost(): void {
    if (this.#ended !== null) return;
    this.destroy(new AssociationEndedError('connect_reset', 'The library cut the connection.'));
  }

  #end(error: Error): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.#pace.stop();
    const [first] = this.#waiters;
    if (first !== undefined) {
      const cut = salvageApdu(this.#framer.pending, clientLimits);
      this.#salvage = { hits: cut.hits, records: [...first.segments, ...cut.records] };
    }
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    this.onEnd?.();
  }
}

/** Sizes offered to the library: an answer must fit into the largest PDU that the framer takes. */
const preferredBytes = 3 * 1024 * 1024;
const exceptionalBytes = clientLimits.pduBytes - 64 * 1024;

/** How long a socket may take to end after Close. */
const lingerMs = 500;

const accessControlRequest = 28;
const resourceControlRequest = 30;

const finished: Close = { type: 'close', reason: closeReasons[0] };

const reference = (count: number): Uint8Array => Buffer.from(`gj${count}`, 'latin1');

const isOurs = (id: Uint8Array): boolean => /^gj\d{1,10}$/.test(Buffer.from(id).toString('latin1'));

function joined(response: PresentResponse, segments: readonly NamedRecord[]): PresentResponse {
  if (segments.length === 0) return response;
  const { records } = response;
  if (records?.kind === 'diagnostics') return response;
  return {
    ...response,
    records: { kind: 'records', records: [...segments, ...(records?.records ?? [])] },
  };
}
