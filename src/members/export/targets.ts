import type { LibraryDocument, SruSettings, Z3950Settings } from '../document.ts';
import type { Bilingual } from '../import/drafts.ts';
import { printPazpar2 } from './pazpar2.ts';
import { printZeerex } from './zeerex.ts';

/** A library whose protocol other programs have settings for. */
export type ExportableLibrary = LibraryDocument<Z3950Settings | SruSettings>;

export const targetFormats = ['pazpar2', 'zeerex'] as const;
export type TargetFormat = (typeof targetFormats)[number];

export interface ExportedTargets {
  /** Files by name, without a folder. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** Libraries that could not be written down, and why. */
  readonly left: readonly { readonly library: string; readonly why: Bilingual }[];
}

/**
 * Libraries as other programs' target settings. No account goes with them, and no address that a document
 * keeps to itself by naming a variable of the environment.
 */
export function exportTargets(
  libraries: readonly LibraryDocument[],
  format: TargetFormat,
): ExportedTargets {
  const left: { library: string; why: Bilingual }[] = [];
  const told: ExportableLibrary[] = [];
  for (const library of libraries) {
    const why = reasonAgainst(library);
    if (why === null) told.push(library as ExportableLibrary);
    else left.push({ library: library.id, why });
  }
  if (format === 'pazpar2') {
    const files = told.length === 0 ? [] : [{ name: 'targets.xml', text: printPazpar2(told) }];
    return { files, left };
  }
  const files = told.flatMap((library) => {
    const texts = printZeerex(library);
    return texts.map((text, at) => ({
      name: texts.length === 1 ? `${library.id}.xml` : `${library.id}-${at + 1}.xml`,
      text,
    }));
  });
  return { files, left };
}

function reasonAgainst({ connector }: LibraryDocument): Bilingual | null {
  const { protocol } = connector;
  if (protocol === 'xservice' || protocol === 'http') {
    return {
      zh: `${protocol} 不能写成其他程序的目标设置`,
      en: `${protocol} cannot be written as settings of other programs.`,
    };
  }
  const variable = protocol === 'z3950' ? connector.hostEnv : connector.urlEnv;
  return variable === undefined
    ? null
    : {
        zh: `地址不公开，由环境变量 ${variable} 给出`,
        en: `Its address is not public: it comes from the variable ${variable}.`,
      };
}
