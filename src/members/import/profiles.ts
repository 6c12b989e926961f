import { childrenOf, firstChild, textOf, type XmlElement } from '../../marc/xml/tree.ts';
import { type Read, refusal } from './drafts.ts';
import { readTarget } from './pazpar2.ts';

/**
 * Target profiles of Metaproxy's zoom filter and of a Torus: a `record` (in it perhaps a `layer`) or a `target`
 * for each, whose elements are the settings.
 */
export function readProfiles(root: XmlElement): Read[] {
  const profiles = within(root).flatMap((element) =>
    element.name === 'record' ? [firstChild(element, 'layer') ?? element] : [element],
  );
  if (profiles.length === 0) return [refusal(root.name, '没有目标', 'It names no target.')];
  return profiles.map((profile) => {
    const settings = new Map(
      profile.children.flatMap((child) =>
        typeof child === 'string' ? [] : [[child.name, textOf(child).trim()] as const],
      ),
    );
    const address = settings.get('zurl') ?? settings.get('url') ?? settings.get('host') ?? '';
    const name =
      settings.get('displayName') ?? settings.get('name') ?? settings.get('id') ?? address;
    return readTarget(address, new Map([...settings, ['name', name]]));
  });
}

function within(root: XmlElement): XmlElement[] {
  const places = [
    root,
    ...childrenOf(root, 'torus'),
    ...childrenOf(root, 'records'),
    ...childrenOf(root, 'targets'),
  ];
  return places.flatMap((place) => [
    ...childrenOf(place, 'record'),
    ...childrenOf(place, 'target'),
  ]);
}
