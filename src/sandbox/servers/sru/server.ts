import type { Catalogue, CatalogueRecord } from '../../catalogue/catalogue.ts';
import { type FaultName, faultyCount, faultyRecords } from '../../faults.ts';
import { sorted } from '../../search/order.ts';
import type { Searcher } from '../../search/search.ts';
import type { WebApplication, WebReply } from '../web.ts';
import { element, escapeXml } from '../xml.ts';
import { fieldOfIndex, readCql, readSortKeys } from './cql.ts';
import { SruDiagnostic } from './diagnostics.ts';
import { explainRecord } from './explain.ts';
import { need, parametersOf, readNumber, readRequest, type SruRequest } from './request.ts';
import {
  namespacesOf,
  type SruNamespaces,
  type SruSchema,
  type SruSettings,
  type SruVersion,
} from './settings.ts';

interface Server {
  readonly catalogue: Catalogue;
  readonly searcher: Searcher;
  readonly settings: SruSettings;
}

/** How one answer is written: with which names, in which version. */
interface Writing {
  readonly version: SruVersion;
  readonly namespaces: SruNamespaces;
  /** The name of an element of the answer with its prefix. */
  name(local: string): string;
}

/** An SRU 1.1, 1.2 and 2.0 server over one catalogue. */
export function createSruApplication(server: Server): WebApplication {
  return {
    phaseOf: (request) => {
      const parameters = parametersOf(request);
      if (parameters.has('query')) {
        return Number(parameters.get('startRecord') ?? '1') > 1 ? 'present' : 'search';
      }
      return parameters.has('scanClause') ? 'scan' : 'init';
    },
    answer: (request, fault) => {
      if (request.url.pathname !== server.settings.path) return notFound();
      return answerSru(parametersOf(request), server, fault, request.url.port);
    },
  };
}

function answerSru(
  parameters: URLSearchParams,
  server: Server,
  fault: FaultName | null,
  port: string,
): WebReply {
  const highest = server.settings.versions.at(-1) ?? '1.1';
  let request: SruRequest = { version: highest, operation: 'searchRetrieve', parameters };
  try {
    request = readRequest(parameters, server.settings);
    switch (request.operation) {
      case 'searchRetrieve':
        return xmlReply(searchRetrieve(request, server, fault));
      case 'scan':
        return xmlReply(scan(request, server));
      case 'explain':
        return xmlReply(explain(request, server, port));
    }
  } catch (error) {
    if (!(error instanceof SruDiagnostic)) throw error;
    return xmlReply(refusal(request, server, error));
  }
}

function searchRetrieve(request: SruRequest, server: Server, fault: FaultName | null): string {
  const { parameters, version } = request;
  const { settings } = server;
  const writing = writingOf(version, settings);
  const start = readNumber(parameters, 'startRecord', 1, 1);
  const most = server.catalogue.profile.pageCap;
  const wanted = Math.min(most, readNumber(parameters, 'maximumRecords', 10, 0));
  const schema = readSchema(parameters, settings, fault);
  const packing = readPacking(parameters, version);
  const { criterion, sort } = readCql(need(parameters, 'query'));
  const keys = version === '1.2' ? '' : (parameters.get('sortKeys') ?? '');
  const order = keys === '' ? sort : readSortKeys(keys);
  const found = server.searcher.find(criterion);
  const hits = order.length === 0 ? found : sorted(found, order);
  if (start > hits.length && hits.length > 0 && wanted > 0) throw new SruDiagnostic(61, '');
  const page = faultyRecords(hits.slice(start - 1, start - 1 + wanted), fault);
  const count = faultyCount(hits.length, fault);
  const next = start + page.length;
  const { name } = writing;
  const records = page.map((record, at) => recordXml(record, start + at, schema, packing, writing));
  return envelope('searchRetrieveResponse', writing, [
    element(name('numberOfRecords'), count),
    records.length === 0 ? '' : `<${name('records')}>${records.join('')}</${name('records')}>`,
    settings.givesNextPosition && next <= hits.length && wanted > 0
      ? element(name('nextRecordPosition'), next)
      : '',
    version === '2.0' ? element(name('resultCountPrecision'), 'exact') : '',
  ]);
}

function recordXml(
  record: CatalogueRecord,
  position: number,
  schema: SruSchema,
  packing: 'xml' | 'string',
  writing: Writing,
): string {
  const { name, version } = writing;
  const data = schema.print(record);
  const packed = packing === 'string' ? escapeXml(data) : data;
  return [
    `<${name('record')}>`,
    element(name('recordSchema'), schema.identifier),
    element(name(version === '2.0' ? 'recordXMLEscaping' : 'recordPacking'), packing),
    `<${name('recordData')}>${packed}</${name('recordData')}>`,
    version === '1.1' ? '' : element(name('recordIdentifier'), record.localId),
    element(name('recordPosition'), position),
    `</${name('record')}>`,
  ].join('');
}

function readSchema(
  parameters: URLSearchParams,
  settings: SruSettings,
  fault: FaultName | null,
): SruSchema {
  const [first] = settings.schemas;
  const other = settings.schemas.at(-1);
  const asked = parameters.get('recordSchema');
  const found = settings.schemas.find(
    (schema) => schema.name === asked || schema.identifier === asked,
  );
  const schema = asked === null || asked === '' ? first : found;
  if (schema === undefined) throw new SruDiagnostic(66, asked ?? '');
  // The label stays, as it does at servers that ignore what they were asked for.
  return fault === 'wrong-syntax' && other !== undefined
    ? { ...schema, print: other.print }
    : schema;
}

/** 2.0 calls it recordXMLEscaping and means something else by recordPacking. */
function readPacking(parameters: URLSearchParams, version: SruVersion): 'xml' | 'string' {
  const name = version === '2.0' ? 'recordXMLEscaping' : 'recordPacking';
  const packing = parameters.get(name) ?? 'xml';
  if (packing !== 'xml' && packing !== 'string') {
    throw new SruDiagnostic(version === '2.0' ? 6 : 71, packing);
  }
  return packing;
}

function scan(request: SruRequest, server: Server): string {
  const { parameters, version } = request;
  const writing = writingOf(version, server.settings);
  const { name } = writing;
  const { query } = readCql(need(parameters, 'scanClause'));
  const clause = query.node;
  if (clause.type !== 'clause') throw new SruDiagnostic(10, 'scanClause is one clause');
  const wanted = Math.min(100, readNumber(parameters, 'maximumTerms', 20, 1));
  const position = readNumber(parameters, 'responsePosition', 1, 0);
  const field = fieldOfIndex(clause.index);
  const { terms } = server.searcher.scan(field, clause.term, position - 1, wanted);
  const written = terms.map(
    (term) =>
      `<${name('term')}>${element(name('value'), term.display)}` +
      `${element(name('numberOfRecords'), term.count)}</${name('term')}>`,
  );
  return envelope('scanResponse', writing, [
    `<${name('terms')}>${written.join('')}</${name('terms')}>`,
  ]);
}

function explain(request: SruRequest, server: Server, port: string): string {
  const writing = writingOf(request.version, server.settings);
  const { name } = writing;
  const data = explainRecord(server.catalogue, server.settings, port);
  return envelope('explainResponse', writing, [
    `<${name('record')}>`,
    element(name('recordSchema'), 'http://explain.z3950.org/dtd/2.0/'),
    element(name(request.version === '2.0' ? 'recordXMLEscaping' : 'recordPacking'), 'xml'),
    `<${name('recordData')}>${data}</${name('recordData')}>`,
    `</${name('record')}>`,
  ]);
}

function refusal(request: SruRequest, server: Server, error: SruDiagnostic): string {
  const writing = writingOf(request.version, server.settings);
  const { name, namespaces } = writing;
  const kind = request.operation === 'scan' ? 'scanResponse' : 'searchRetrieveResponse';
  const diagnostic =
    `<diag:diagnostic xmlns:diag="${namespaces.diagnostic}">` +
    element('diag:uri', `info:srw/diagnostic/1/${error.number}`) +
    (error.details === '' ? '' : element('diag:details', error.details)) +
    `${element('diag:message', error.message)}</diag:diagnostic>`;
  return envelope(kind, writing, [
    kind === 'scanResponse' ? '' : element(name('numberOfRecords'), 0),
    `<${name('diagnostics')}>${diagnostic}</${name('diagnostics')}>`,
  ]);
}

function writingOf(version: SruVersion, settings: SruSettings): Writing {
  const { prefix } = settings;
  return {
    version,
    namespaces: namespacesOf(version),
    name: (local) => (prefix === '' ? local : `${prefix}:${local}`),
  };
}

function envelope(kind: string, writing: Writing, parts: readonly string[]): string {
  const { name, namespaces, version } = writing;
  const root = name(kind);
  const declaration = root.includes(':') ? `xmlns:${root.split(':')[0]}` : 'xmlns';
  const namespace = kind === 'scanResponse' ? namespaces.scan : namespaces.response;
  const said = version === '2.0' ? '' : element(name('version'), version);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} ${declaration}="${namespace}">${said}${parts.join('')}</${root}>\n`;
}

function xmlReply(body: string): WebReply {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body,
    charset: 'utf-8',
  };
}

function notFound(): WebReply {
  return {
    status: 404,
    headers: { 'content-type': 'text/html' },
    body: '<html><body><h1>404 Not Found</h1></body></html>',
    charset: 'utf-8',
  };
}
