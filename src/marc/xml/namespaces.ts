import { XmlError } from './errors.ts';

interface ResolvedName {
  readonly local: string;
  readonly namespace: string | null;
}

/** The namespace declarations in force at one place of a document. */
export class NamespaceScope {
  readonly #bindings: ReadonlyMap<string, string>;
  /** Names already resolved here; as many as the document has different names. */
  readonly #names = new Map<string, ResolvedName>();

  private constructor(bindings: ReadonlyMap<string, string>) {
    this.#bindings = bindings;
  }

  static root(): NamespaceScope {
    return new NamespaceScope(new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]));
  }

  /** The scope inside an element with these attributes: this one unless they declare something. */
  enter(attributes: Readonly<Record<string, string>>, maxNamespaces: number): NamespaceScope {
    let inner: Map<string, string> | null = null;
    for (const name in attributes) {
      if (!name.startsWith('xmlns')) continue;
      if (name.length > 5 && name[5] !== ':') continue;
      inner ??= new Map(this.#bindings);
      inner.set(name.slice(6), attributes[name] as string);
    }
    if (inner === null) return this;
    if (inner.size > maxNamespaces) {
      throw new XmlError(
        'xml_namespaces',
        `The document has more than ${maxNamespaces} namespaces at one place.`,
      );
    }
    return new NamespaceScope(inner);
  }

  /** Local name and namespace; an undeclared prefix gives no namespace, since libraries forget them. */
  resolve(qualifiedName: string): ResolvedName {
    const known = this.#names.get(qualifiedName);
    if (known !== undefined) return known;
    const colon = qualifiedName.indexOf(':');
    const prefix = colon < 0 ? '' : qualifiedName.slice(0, colon);
    const resolved = {
      local: qualifiedName.slice(colon + 1),
      namespace: this.#bindings.get(prefix) || null,
    };
    this.#names.set(qualifiedName, resolved);
    return resolved;
  }
}
