import { type Catalogue, createCatalogue } from '../catalogue/catalogue.ts';
import type { FaultProtocol, FaultSwitch } from '../faults.ts';
import type { Profile, SandboxProtocol } from '../profile.ts';
import { createSearcher, type Searcher } from '../search/search.ts';
import type { Listener } from './listener.ts';
import { createHuiwenApplication } from './opac/huiwen.ts';
import { createPagesApplication } from './opac/pages.ts';
import { cnmarcxml, dublinCore, marcxchange, marcxml } from './sru/schemas.ts';
import { createSruApplication } from './sru/server.ts';
import type { SruSettings } from './sru/settings.ts';
import { serveWeb, type WebApplication } from './web.ts';
import type { XserviceSettings } from './xservice/answer.ts';
import { createXserviceApplication } from './xservice/server.ts';
import { createRecordWriter } from './z3950/records.ts';
import { serveZ3950 } from './z3950/server.ts';
import { usualUseAttributes, type Z3950ServerSettings } from './z3950/settings.ts';

export const faultProtocols: Readonly<Record<SandboxProtocol, FaultProtocol>> = {
  z3950: 'z3950',
  sru: 'sru',
  xservice: 'xservice',
  'http-json': 'http',
  'http-html': 'http',
};

export interface LibraryServer {
  readonly catalogue: Catalogue;
  readonly listener: Listener;
}

/** Starts the server of one library; its catalogue is made when somebody searches it. */
export async function startLibrary(
  profile: Profile,
  faults: FaultSwitch,
  port: number,
): Promise<LibraryServer> {
  const catalogue = createCatalogue(profile);
  const searcher = createSearcher(catalogue);
  const listening = { delayMs: profile.delayMs, faults, port };
  if (profile.protocol !== 'z3950') {
    const application = applicationOf(profile, catalogue, searcher);
    return { catalogue, listener: await serveWeb(application, listening) };
  }
  const settings = z3950Settings(profile);
  const marc = settings.syntaxes.includes('unimarc') ? 'unimarc' : 'usmarc';
  const writer = createRecordWriter(settings.databases[0] ?? 'Default', marc);
  const server = { catalogue, searcher, settings, writer };
  return { catalogue, listener: await serveZ3950(server, listening) };
}

function applicationOf(profile: Profile, catalogue: Catalogue, searcher: Searcher): WebApplication {
  switch (profile.protocol) {
    case 'sru':
      return createSruApplication({ catalogue, searcher, settings: sruSettings(profile) });
    case 'xservice':
      return createXserviceApplication({
        catalogue,
        searcher,
        settings: xserviceSettings(profile),
      });
    case 'http-json':
      return createHuiwenApplication(catalogue, searcher);
    default:
      return createPagesApplication(catalogue, searcher);
  }
}

function z3950Settings(profile: Profile): Z3950ServerSettings {
  const common = {
    negotiates: false,
    namedSets: true,
    useAttributes: usualUseAttributes,
    structures: [1, 2, 4, 5, 6, 101, 105, 108],
    account: null,
  };
  switch (profile.id) {
    case 'demo-tech':
      return {
        ...common,
        databases: ['innopac'],
        syntaxes: ['usmarc', 'opac', 'xml', 'sutrs'],
        recordCharset: 'marc-8',
        termCharset: 'utf-8',
        // As INNOPAC: one result set, which is always called default, and few structures.
        namedSets: false,
        structures: [1, 2, 6],
      };
    case 'demo-pub':
      return {
        ...common,
        databases: ['cn_pub'],
        syntaxes: ['unimarc', 'sutrs'],
        recordCharset: 'gb18030',
        termCharset: 'gb18030',
      };
    case 'demo-normal':
      return {
        ...common,
        databases: ['books', 'Default'],
        syntaxes: ['unimarc', 'xml', 'sutrs', 'opac'],
        recordCharset: 'utf-8',
        // Until UTF-8 is agreed it reads terms as the older clients around it send them.
        termCharset: 'gbk',
        negotiates: true,
      };
    case 'demo-arts':
      return {
        ...common,
        databases: ['catalog'],
        syntaxes: ['usmarc', 'sutrs'],
        recordCharset: 'big5',
        termCharset: 'big5',
      };
    default:
      return {
        ...common,
        databases: ['libsys2000'],
        syntaxes: ['unimarc', 'sutrs'],
        recordCharset: 'gbk',
        termCharset: 'gbk',
      };
  }
}

function sruSettings(profile: Profile): SruSettings {
  const path = `/${profile.id}`;
  switch (profile.id) {
    case 'demo-econ':
      return {
        versions: ['1.1'],
        prefix: '',
        schemas: [marcxchange, dublinCore],
        givesNextPosition: false,
        path,
      };
    case 'demo-law':
      return {
        versions: ['1.1', '1.2'],
        prefix: 'zs',
        schemas: [cnmarcxml, dublinCore],
        givesNextPosition: false,
        path,
      };
    case 'demo-comp':
      return {
        versions: ['1.1', '1.2'],
        prefix: 'srw',
        schemas: [marcxml, dublinCore],
        givesNextPosition: true,
        path,
      };
    default:
      return {
        versions: ['1.1', '1.2', '2.0'],
        prefix: 'sru',
        schemas: [marcxml, dublinCore],
        givesNextPosition: true,
        path,
      };
  }
}

function xserviceSettings(profile: Profile): XserviceSettings {
  return profile.id === 'demo-nlc'
    ? {
        bases: ['NLC01', 'NLC09'],
        admLibrary: 'NLC50',
        maxEntries: 2000,
        itemsAtOnce: 990,
        onShelf: '在架上',
        staff: null,
      }
    : {
        bases: ['MED01'],
        admLibrary: 'MED50',
        maxEntries: 50,
        itemsAtOnce: 990,
        onShelf: 'On Shelf',
        staff: null,
      };
}
