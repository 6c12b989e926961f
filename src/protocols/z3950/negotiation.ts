import {
  decodeExternal,
  type External,
  encodeExternal,
  type OtherInformation,
} from './apdu/external.ts';
import {
  type BerNode,
  boolean,
  child,
  childrenOf,
  inner,
  octets,
  oid,
  parseBer,
  text,
} from './ber/read.ts';
import { context, universal, universalTags } from './ber/tag.ts';
import * as write from './ber/write.ts';
import { charsetNegotiation, iso10646 } from './oid.ts';

/** What a client proposes: encodings of ISO 10646 by object identifier, and languages. */
export interface CharsetProposal {
  readonly encodings: readonly string[];
  readonly languages: readonly string[];
  /** Whether records, too, are to be in it; means nothing where no encoding is proposed. */
  readonly recordsToo: boolean;
}

/** What a server chose. */
export interface CharsetChoice {
  /** Encoding of ISO 10646 by object identifier; null for any other charset, or none. */
  readonly encoding: string | null;
  /** Name of a charset outside the standard (`ISO-8859-1`), where the server chose one. */
  readonly privateName?: string | null;
  readonly language: string | null;
  /** True when records, too, are said to be in it. MARC payloads keep their own charset all the same. */
  readonly recordsToo: boolean;
}

/** UTF-8 for terms and for what the protocol itself says. */
export const utf8Proposal: CharsetProposal = {
  encodings: [iso10646.utf8],
  languages: [],
  recordsToo: true,
};

/** What to propose at Init: UTF-8, languages, both, or null for nothing. */
export function proposalOf(utf8: boolean, languages: readonly string[]): CharsetProposal | null {
  if (!utf8 && languages.length === 0) return null;
  return utf8 ? { ...utf8Proposal, languages } : { encodings: [], languages, recordsToo: false };
}

/** A proposal of negotiation record 3 as otherInformation of an Init request. */
export function encodeProposal(proposal: CharsetProposal): OtherInformation {
  return negotiation(
    write.field(1, [
      proposal.encodings.length === 0
        ? null
        : write.field(
            1,
            proposal.encodings.map((encoding) => write.field(2, [write.oid(context(2), encoding)])),
          ),
      proposal.languages.length === 0
        ? null
        : write.field(
            2,
            proposal.languages.map((language) =>
              write.text(universal(universalTags.generalString), language),
            ),
          ),
      proposal.encodings.length === 0 ? null : write.boolean(context(3), proposal.recordsToo),
    ]),
  );
}

/** A server's answer to a proposal. */
export function encodeChoice(choice: CharsetChoice): OtherInformation {
  return negotiation(
    write.field(2, [
      write.field(1, [encodeSet(choice)]),
      write.optional.text(2, choice.language ?? undefined),
      write.boolean(context(3), choice.recordsToo),
    ]),
  );
}

function encodeSet({ encoding, privateName }: CharsetChoice): write.BerValue {
  if (encoding !== null) return write.field(2, [write.oid(context(2), encoding)]);
  if (privateName === null || privateName === undefined) return write.nothingValue(context(4));
  const name = new TextEncoder().encode(privateName);
  const external: External = { reference: null, encoding: 'octets', content: name };
  return write.field(3, [encodeExternal(external, context(2))]);
}

/** PrivateCharacterSet: only externallySpecified [2] says a name. */
function privateNameOf(set: BerNode): string | null {
  const specified = set.tag === context(3) ? child(set, 2) : undefined;
  if (specified === undefined) return null;
  const external = decodeExternal(specified);
  const name =
    external.encoding === 'single' ? octets(parseBer(external.content)) : external.content;
  return Buffer.from(name).toString('latin1').slice(0, 100);
}

function negotiation(value: write.BerValue): OtherInformation {
  return {
    information: {
      kind: 'external',
      external: {
        reference: charsetNegotiation,
        encoding: 'single',
        content: write.encodeBer(value),
      },
    },
  };
}

/** The proposal among an Init request's otherInformation, or null. */
export function findProposal(
  units: readonly OtherInformation[] | undefined,
): CharsetProposal | null {
  const external = findNegotiation(units);
  const node = external === null ? null : parseBer(external.content);
  if (node === null || node.tag !== context(1)) return null;
  const sets = child(node, 1);
  const languages = child(node, 2);
  const recordsToo = child(node, 3);
  return {
    encodings: (sets === undefined ? [] : childrenOf(sets)).flatMap((set) => {
      const encoding = set.tag === context(2) ? child(set, 2) : undefined;
      return encoding === undefined ? [] : [oid(encoding)];
    }),
    languages: languages === undefined ? [] : childrenOf(languages).map(text),
    recordsToo: recordsToo === undefined ? false : boolean(recordsToo),
  };
}

/** The server's choice among an Init response's otherInformation, or null. */
export function findChoice(units: readonly OtherInformation[] | undefined): CharsetChoice | null {
  const external = findNegotiation(units);
  const node = external === null ? null : parseBer(external.content);
  if (node === null || node.tag !== context(2)) return null;
  const selected = child(node, 1);
  const set = selected === undefined ? undefined : inner(selected);
  const encoding = set?.tag === context(2) ? child(set, 2) : undefined;
  const language = child(node, 2);
  const recordsToo = child(node, 3);
  return {
    encoding: encoding === undefined ? null : oid(encoding),
    privateName: set === undefined ? null : privateNameOf(set),
    language: language === undefined ? null : text(language),
    recordsToo: recordsToo === undefined ? false : boolean(recordsToo),
  };
}

function findNegotiation(units: readonly OtherInformation[] | undefined): External | null {
  for (const { information } of units ?? []) {
    if (information.kind !== 'external') continue;
    const { external } = information;
    if (external.reference === charsetNegotiation && external.encoding === 'single') {
      return external;
    }
  }
  return null;
}
