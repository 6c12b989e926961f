import type { Draft } from './editions.ts';
import type { Chance } from './random.ts';

/** How likely each library owns a book of each group. The chemical library is given out by count. */
const interest: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'demo-chem': { science: 0.3, engineering: 0.15, agriculture: 0.05, economics: 0.05 },
  'demo-tech': { chemical: 0.45, engineering: 0.6, science: 0.4, economics: 0.1 },
  'demo-poly': { chemical: 0.4, engineering: 0.6, science: 0.35 },
  'demo-pub': {
    chemical: 0.15,
    engineering: 0.2,
    science: 0.2,
    economics: 0.3,
    arts: 0.45,
    normal: 0.2,
    music: 0.2,
    law: 0.2,
    agriculture: 0.2,
  },
  'demo-normal': { chemical: 0.1, normal: 0.9, science: 0.5, arts: 0.35, music: 0.2 },
  'demo-arts': { chemical: 0.04, arts: 0.9, normal: 0.25, law: 0.1, music: 0.1 },
  'demo-econ': { chemical: 0.06, economics: 0.9, law: 0.2, engineering: 0.08 },
  'demo-law': { chemical: 0.07, law: 0.95, economics: 0.25, arts: 0.2 },
  'demo-comp': {
    chemical: 0.4,
    engineering: 0.45,
    science: 0.55,
    economics: 0.45,
    arts: 0.5,
    normal: 0.3,
    law: 0.5,
    agriculture: 0.3,
  },
  'demo-agri': { chemical: 0.25, agriculture: 0.9, science: 0.35 },
  'demo-med': { chemical: 0.18, agriculture: 0.6, science: 0.3 },
  'demo-music': { music: 0.98, arts: 0.15, chemical: 0.01 },
  'demo-nlc': {
    chemical: 0.7,
    engineering: 0.7,
    science: 0.7,
    economics: 0.75,
    arts: 0.75,
    normal: 0.7,
    music: 0.7,
    law: 0.75,
    agriculture: 0.7,
  },
};

/** Records of the sample subject that the chemical library owns: eight pages of twenty, less four. */
const chemicalLibraryHolds = 156;

export const sampleSubject = '化学工程';

/** True when the sample search finds the entry in a library that catalogues every field. */
export function aboutSampleSubject(draft: Draft): boolean {
  const texts = [draft.title, draft.subtitle, draft.partName, draft.series, ...draft.subjects];
  return texts.some((text) => text.includes(sampleSubject));
}

/** Decides who owns what; nothing is left without an owner. */
export function createHolders(
  drafts: readonly Draft[],
  chance: Chance,
): (draft: Draft) => string[] {
  const sample = drafts.filter(aboutSampleSubject);
  if (sample.length < chemicalLibraryHolds) {
    throw new Error(`only ${sample.length} entries are about ${sampleSubject}`);
  }
  const chemical = new Set(chance.shuffle(sample).slice(0, chemicalLibraryHolds));
  return (draft) => {
    const ids = Object.entries(interest)
      .filter(([id, groups]) => {
        // These charsets have no room for the script, so these libraries never bought the book.
        if (draft.language === 'rus' && (id === 'demo-tech' || id === 'demo-arts')) return false;
        return chance.happens(groups[draft.group] ?? 0);
      })
      .map(([id]) => id);
    const inChemical = aboutSampleSubject(draft)
      ? chemical.has(draft)
      : draft.group === 'chemical' || ids.includes('demo-chem');
    const others = ids.filter((id) => id !== 'demo-chem');
    const owners = inChemical ? ['demo-chem', ...others] : others;
    return owners.length > 0 ? owners : ['demo-nlc'];
  };
}
