import { XmlError } from '../../marc/xml/errors.ts';
import { repairXml } from '../../marc/xml/repair.ts';
import { firstChild, parseXmlTree, textOf, type XmlElement } from '../../marc/xml/tree.ts';
import { wholeBody } from '../../protocols/answers/bytes.ts';
import { EgressError } from '../../protocols/egress.ts';
import { callWithin, type ProbeContext } from '../context.ts';

/** A document as it came, with no repair: what a probe judges servers by. */
export interface Fetched {
  readonly status: number | null;
  /** Null where what came is not XML, not even with repairs. */
  readonly root: XmlElement | null;
  readonly bytes: Uint8Array;
  /** Why nothing came, or why it cannot be read. */
  readonly problem: string | null;
  readonly elapsedMs: number;
}

/** Times a request is repeated that broke off; a server may fail now and then. */
const repeats = 2;

/** Asks for XML by GET, or by POST of a form. */
export async function fetchXml(
  context: ProbeContext,
  address: URL,
  parameters: Readonly<Record<string, string>>,
  method: 'GET' | 'POST' = 'GET',
): Promise<Fetched> {
  let fetched = await fetchOnce(context, address, parameters, method);
  for (let again = 0; again < repeats && fetched.problem === 'connect_reset'; again += 1) {
    fetched = await fetchOnce(context, address, parameters, method);
  }
  return fetched;
}

async function fetchOnce(
  context: ProbeContext,
  address: URL,
  parameters: Readonly<Record<string, string>>,
  method: 'GET' | 'POST',
): Promise<Fetched> {
  const url = new URL(address);
  const written = new URLSearchParams(parameters).toString().replaceAll('+', '%20');
  const isGet = method === 'GET';
  if (isGet) url.search = url.search === '' ? written : `${url.search.slice(1)}&${written}`;
  const began = performance.now();
  const took = () => performance.now() - began;
  try {
    const answer = await context.dependencies.egress.request(
      {
        url,
        method,
        headers: {
          accept: 'application/sru+xml, text/xml, */*;q=0.1',
          ...(isGet ? {} : { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }),
        },
        body: isGet ? null : Buffer.from(written),
        connections: 1,
        repeatable: true,
        redirects: 2,
      },
      callWithin(context),
    );
    const bytes = await wholeBody(answer.body);
    const { status } = answer;
    return { status, bytes, ...parsed(bytes), elapsedMs: took() };
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    const nothing = { status: null, root: null, bytes: new Uint8Array(0) };
    return { ...nothing, problem: error.reason, elapsedMs: took() };
  }
}

/** Careless XML is repaired as a search would; `problem` keeps what was wrong with it. */
function parsed(bytes: Uint8Array): Pick<Fetched, 'root' | 'problem'> {
  try {
    return { root: parseXmlTree(bytes), problem: null };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { root: repairedTree(bytes), problem: error.reason };
  }
}

function repairedTree(bytes: Uint8Array): XmlElement | null {
  const repaired = repairXml(bytes);
  if (repaired === bytes) return null;
  try {
    return parseXmlTree(repaired);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return null;
  }
}

/** Text of the element at a path below, trimmed, or null. */
export function textAt(root: XmlElement | null, ...names: string[]): string | null {
  let place = root;
  for (const name of names) place = place === null ? null : firstChild(place, name);
  return place === null ? null : textOf(place).trim() || null;
}
