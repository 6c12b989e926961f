import type { SourceRecord } from '../../members/types.ts';
import { areFarApart, yearAlone } from './features/year.ts';
import { eachKey, type KeyKind, otherScript, scriptKeyOf } from './keys.ts';
import { type Profile, profileOf } from './profile.ts';
import { judge, opposes, type Verdict } from './verdict.ts';

/** Source records that describe one edition, and why they were put together. */
export interface Group {
  /** The smallest `library:localId` of the members: the same for any order of arrival. */
  readonly key: string;
  /** In the order of their `library:localId`. */
  readonly members: readonly SourceRecord[];
  /** Empty for a single record; else one entry for each kind of evidence, strongest first. */
  readonly reasons: readonly string[];
}

export interface Clusterer {
  /** Takes more records; one that came before (same library, localId and position) is ignored. */
  add(records: readonly SourceRecord[]): void;
  /**
   * The groups of all records so far, by key. They depend on the records alone, never on the order
   * or the portions they came in. A group that did not change since the last call is the same object.
   */
  groups(): readonly Group[];
}

/**
 * A key shared by more records than this tells nothing and joins nothing: with it, a library that
 * answers thousands of records under one title would cost the square of its answer.
 */
const maxBucket = 256;

interface Node {
  readonly key: string;
  readonly source: SourceRecord;
  readonly profile: Profile | null;
  /** See scriptKeyOf. */
  readonly script: number | null;
  /** See yearAlone; NaN for serials, which are catalogued in any of their years. */
  readonly year: number;
  /** The edition's number where the record states nothing else of it; NaN otherwise. */
  readonly edition: number;
  /** Null until something matches, as for most records. */
  component: Component | null;
  /** The group of a record that is alone, once somebody asked. */
  alone: Group | null;
  /** The last node this one was compared with, so that a pair with several keys is judged once. */
  seenBy: Node | null;
}

interface Edge {
  readonly a: Node;
  readonly b: Node;
  readonly score: number;
  readonly reason: string;
}

/** Nodes joined by matches, directly or through others; may hold several groups. */
interface Component {
  nodes: Node[];
  edges: Edge[];
  groups: readonly Group[] | null;
}

/** Records that share a key, in the order of arrival. */
class Sharers {
  readonly nodes: Node[];
  /** Their years side by side: most of those that meet are years apart, and no more is read of them. */
  readonly years: number[];

  constructor(one: Node, two: Node) {
    this.nodes = [one, two];
    this.years = [one.year, two.year];
  }

  add(node: Node): void {
    if (this.nodes.at(-1) === node) return;
    this.nodes.push(node);
    this.years.push(node.year);
  }
}

/** Who shares a key: one record or several. */
type Bucket = Map<string, Node | Sharers>;

export function createClusterer(): Clusterer {
  /** Positions by `library:localId`: the first one seen, and those of other records under it. */
  const known = new Map<string, number>();
  const repeated = new Set<string>();
  const nodes: Node[] = [];
  const buckets: Readonly<Record<KeyKind, Bucket>> = {
    number: new Map(),
    title: new Map(),
    beginning: new Map(),
    end: new Map(),
    name: new Map(),
  };
  const byScript = new Map<number, Node[]>();
  const components = new Set<Component>();
  let flooded = false;
  let current: readonly Group[] | null = [];

  function addOne(source: SourceRecord): void {
    const key = `${source.library}:${source.localId}`;
    if (isKnown(key, source.position)) return;
    current = null;
    const profile = profileOf(source.record);
    const node = nodeOf(key, source, profile);
    const { script } = node;
    nodes.push(node);
    if (profile === null) return;
    eachKey(profile, (kind, bucketKey) => putInto(buckets[kind], bucketKey, node, profile));
    if (script !== null) meetOtherScript(script, node, profile);
  }

  /** Titles of one script are not compared by year: that would be all of a year's books. */
  function meetOtherScript(script: number, node: Node, profile: Profile): void {
    const others = byScript.get(otherScript(script));
    if (others !== undefined && others.length <= maxBucket) {
      for (const other of others) {
        if (!areFarApart(other.year, node.year)) compareWith(other, node, profile);
      }
    }
    const own = byScript.get(script);
    if (own === undefined) byScript.set(script, [node]);
    else own.push(node);
    if (own?.length === maxBucket + 1) flood([...own, ...(others ?? [])]);
  }

  function isKnown(key: string, position: number): boolean {
    const first = known.get(key);
    if (first === undefined) known.set(key, position);
    else if (first !== position) {
      const size = repeated.size;
      return repeated.add(`${key}\n${position}`).size === size;
    }
    return first === position;
  }

  function putInto(bucket: Bucket, bucketKey: string, node: Node, profile: Profile): void {
    const held = bucket.get(bucketKey);
    if (held === undefined) bucket.set(bucketKey, node);
    else if (held instanceof Sharers) {
      if (held.nodes.length <= maxBucket) meet(held, node, profile);
      held.add(node);
      if (held.nodes.length === maxBucket + 1) flood(held.nodes);
    } else if (held !== node) {
      if (!areFarApart(held.year, node.year)) compareWith(held, node, profile);
      bucket.set(bucketKey, new Sharers(held, node));
    }
  }

  function meet({ nodes: others, years }: Sharers, node: Node, profile: Profile): void {
    const { year } = node;
    for (let i = 0; i < years.length; i++) {
      if (!areFarApart(years[i] as number, year)) compareWith(others[i] as Node, node, profile);
    }
  }

  function flood(bucket: readonly Node[]): void {
    flooded = true;
    for (const { component } of bucket) if (component !== null) component.groups = null;
  }

  function compareWith(other: Node, node: Node, profile: Profile): void {
    if (other === node || other.seenBy === node || other.profile === null) return;
    other.seenBy = node;
    // After the years, the most frequent of all noes; it takes no more than two numbers.
    if (Math.abs(other.edition - node.edition) > 0) return;
    const verdict = judge(profile, other.profile);
    if (verdict.match) join(node, other, verdict);
  }

  function join(a: Node, b: Node, verdict: Verdict): void {
    const one = componentOf(a);
    const two = componentOf(b);
    const into = one.nodes.length >= two.nodes.length ? one : two;
    const from = into === one ? two : one;
    into.edges.push({ a, b, score: verdict.score, reason: reasonOf(verdict) });
    into.groups = null;
    if (from === into) return;
    for (const node of from.nodes) {
      node.component = into;
      into.nodes.push(node);
    }
    for (const edge of from.edges) into.edges.push(edge);
    components.delete(from);
  }

  function componentOf(node: Node): Component {
    if (node.component !== null) return node.component;
    const component: Component = { nodes: [node], edges: [], groups: null };
    node.component = component;
    components.add(component);
    return component;
  }

  function isFlooded(held: Node | Sharers | undefined): boolean {
    return held instanceof Sharers && held.nodes.length > maxBucket;
  }

  function sizeOf(script: number): number {
    return byScript.get(script)?.length ?? 0;
  }

  /** An edge found under flooded keys only would depend on who came before the flood. */
  function stands(edge: Edge): boolean {
    if (!flooded) return true;
    const { a, b } = edge;
    const { script } = a;
    if (script !== null && otherScript(script) === b.script) {
      const most = Math.max(sizeOf(script), sizeOf(b.script));
      if (most <= maxBucket) return true;
    }
    return a.profile !== null && b.profile !== null && shareDryKey(a.profile, b.profile);
  }

  /** Whether the two share a key that is not flooded. */
  function shareDryKey(a: Profile, b: Profile): boolean {
    const dry = new Set<string>();
    eachKey(a, (kind, key) => {
      if (!isFlooded(buckets[kind].get(key))) dry.add(`${kind} ${key}`);
    });
    let shared = false;
    eachKey(b, (kind, key) => {
      shared ||= dry.has(`${kind} ${key}`);
    });
    return shared;
  }

  return {
    add(records) {
      for (const record of records) addOne(record);
    },
    groups() {
      if (current !== null) return current;
      const all: Group[] = [];
      for (const node of nodes) {
        if (node.component !== null) continue;
        node.alone ??= { key: node.key, members: [node.source], reasons: noReasons };
        all.push(node.alone);
      }
      for (const component of components) {
        component.groups ??= groupsOf(component.nodes, component.edges.filter(stands));
        for (const group of component.groups) all.push(group);
      }
      current = all.sort((a, b) => compareText(a.key, b.key) || comparePosition(a, b));
      return current;
    },
  };
}

const noReasons: readonly string[] = [];

function nodeOf(key: string, source: SourceRecord, profile: Profile | null): Node {
  return {
    key,
    source,
    profile,
    script: profile === null ? null : scriptKeyOf(profile),
    year:
      profile === null || profile.format.type === 'serial' ? Number.NaN : yearAlone(profile.year),
    edition: profile?.edition.plain ? (profile.edition.number ?? Number.NaN) : Number.NaN,
    component: null,
    alone: null,
    seenBy: null,
  };
}

/**
 * Grows groups along the strongest matches, and never joins two that hold opposing records. Of equal
 * matches the one that more records support comes first, so that a brief record which could be of
 * two editions goes to the one more libraries have.
 */
function groupsOf(nodes: readonly Node[], edges: readonly Edge[]): readonly Group[] {
  if (edges.length * 2 === nodes.length * (nodes.length - 1)) {
    return [groupOf(nodes, [...new Set(edges.map((edge) => edge.reason))])];
  }
  const clusters = new Map<Node, Node[]>();
  for (const node of nodes) clusters.set(node, [node]);
  const reasons = new Map<Node[], Set<string>>();
  for (const edge of byStrength(edges)) {
    const one = clusters.get(edge.a);
    const two = clusters.get(edge.b);
    if (one === undefined || two === undefined) continue;
    if (one !== two && clash(one, two)) continue;
    const into = one.length >= two.length ? one : two;
    const found = reasons.get(into) ?? new Set<string>();
    reasons.set(into, found);
    found.add(edge.reason);
    if (one === two) continue;
    const from = into === one ? two : one;
    for (const reason of reasons.get(from) ?? []) found.add(reason);
    for (const node of from) {
      clusters.set(node, into);
      into.push(node);
    }
  }
  return [...new Set(clusters.values())].map((members) =>
    groupOf(members, [...(reasons.get(members) ?? [])]),
  );
}

function clash(one: readonly Node[], two: readonly Node[]): boolean {
  for (const a of one) {
    for (const b of two) {
      if (a.profile !== null && b.profile !== null && opposes(a.profile, b.profile)) return true;
    }
  }
  return false;
}

function groupOf(nodes: readonly Node[], reasons: string[]): Group {
  const members = [...nodes].sort(byKey);
  return {
    key: members[0]?.key ?? '',
    members: members.map((node) => node.source),
    reasons: reasons.sort((a, b) => rankOf(a) - rankOf(b) || compareText(a, b)),
  };
}

/** `isbn`, `issn`, or the title with the two strongest kinds of evidence beside it. */
function reasonOf(verdict: Verdict): string {
  const [first = '', ...rest] = verdict.reasons;
  return first === 'title' ? ['title', ...rest.slice(0, 2)].join('+') : first;
}

function rankOf(reason: string): number {
  return reason === 'isbn' ? 0 : reason === 'issn' ? 1 : 2;
}

/** Beyond this many matches in one component, support is not counted: it costs their square. */
const maxSupported = 4000;

function byStrength(edges: readonly Edge[]): readonly Edge[] {
  const support = edges.length <= maxSupported ? supportOf(edges) : new Map<Edge, number>();
  return [...edges].sort((x, y) => {
    if (x.score !== y.score) return y.score - x.score;
    const more = (support.get(y) ?? 0) - (support.get(x) ?? 0);
    if (more !== 0) return more;
    const [xLow, xHigh] = ordered(x);
    const [yLow, yHigh] = ordered(y);
    return byKey(xLow, yLow) || byKey(xHigh, yHigh);
  });
}

/** For each match, how many records match both of its records. */
function supportOf(edges: readonly Edge[]): ReadonlyMap<Edge, number> {
  const neighbours = new Map<Node, Set<Node>>();
  const link = (from: Node, to: Node): void => {
    const known = neighbours.get(from) ?? new Set<Node>();
    neighbours.set(from, known.add(to));
  };
  for (const { a, b } of edges) {
    link(a, b);
    link(b, a);
  }
  const support = new Map<Edge, number>();
  for (const edge of edges) {
    const one = neighbours.get(edge.a) ?? new Set<Node>();
    const two = neighbours.get(edge.b) ?? new Set<Node>();
    support.set(edge, one.intersection(two).size);
  }
  return support;
}

function ordered(edge: Edge): readonly [Node, Node] {
  return byKey(edge.a, edge.b) <= 0 ? [edge.a, edge.b] : [edge.b, edge.a];
}

function byKey(a: Node, b: Node): number {
  return compareText(a.key, b.key) || a.source.position - b.source.position;
}

function comparePosition(a: Group, b: Group): number {
  return (a.members[0]?.position ?? 0) - (b.members[0]?.position ?? 0);
}

/** By code unit: the same on every machine, unlike a locale's order. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
