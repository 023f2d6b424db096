// The OpenAPI document as Fastify's plugin makes it, completed: names, the intake's calls, links, headers and examples of answers.
import { ANSWER_HEADERS, type AnsweringOperation, completeAnswers } from './openapi-answers.ts';
import { intakePaths, serversOfProbes } from './openapi-intake.ts';
import { OPERATION_IDS } from './openapi-operation-ids.ts';

export interface Addresses {
  /** Where clients reach the API; `/` = where the document is. */
  readonly apiUrl: string;
  readonly intakeUrl: string;
}

/** As much of an OpenAPI 3.1 document as is touched here. */
interface Document {
  paths?: Record<string, PathItem>;
  components?: Record<string, unknown>;
}
interface PathItem {
  readonly [method: string]: Operation;
}
interface Operation extends AnsweringOperation {
  operationId?: string;
}

const METHODS = new Set(['get', 'post', 'patch', 'delete']);
const PROBES = ['/healthz', '/readyz', '/version'];

/** Where an answer has the id that another call asks for. */
const LINKS: Readonly<Record<string, object>> = {
  queryLogs: {
    log: {
      operationId: 'getLog',
      parameters: { id: '$response.body#/data/0/id' },
      description: 'The first log of the page.',
    },
  },
  listDeadLetters: {
    replay: {
      operationId: 'replayDeadLetter',
      parameters: { id: '$response.body#/data/0/id' },
      description: 'The newest of them.',
    },
    delete: {
      operationId: 'deleteDeadLetter',
      parameters: { id: '$response.body#/data/0/id' },
      description: 'The newest of them.',
    },
  },
};

/** Completes the document, in place. */
export function completeDocument<T extends object>(document: T, { apiUrl, intakeUrl }: Addresses): T {
  // The generator's own types leave open what each part is; here it is what Fastify's plugin has just made.
  const made: Document = document;
  Object.assign(made, { paths: { ...intakePaths(intakeUrl), ...made.paths } });
  Object.assign(made.components ?? {}, { headers: ANSWER_HEADERS });
  for (const [path, item] of Object.entries(made.paths ?? {})) {
    if (PROBES.includes(path)) Object.assign(item, { servers: serversOfProbes(apiUrl, intakeUrl) });
    for (const [method, operation] of Object.entries(item)) {
      if (!METHODS.has(method)) continue;
      const operationId = OPERATION_IDS[`${method.toUpperCase()} ${path}`];
      if (operationId !== undefined) Object.assign(operation, { operationId });
      completeAnswers(operation);
      const links = LINKS[operationId ?? ''];
      if (links !== undefined) Object.assign(operation.responses?.['200'] ?? {}, { links });
    }
  }
  return document;
}

const REFERENCE = /"#\/components\/schemas\/(\w+)"/g;
const INPUT = /Input$/;

/**
 * Each named schema is made in two forms, as asked for (`…Input`) and as answered. Where only the first is in use it gets
 * the name; what is not in use is left out.
 */
export function nameSchemasOnce<T extends object>(document: T): T {
  const inUse = namesInUse(document);
  const nameOf = (name: string) => (inUse.has(name.replace(INPUT, '')) ? name : name.replace(INPUT, ''));
  const named: unknown = JSON.parse(JSON.stringify(document), (key: string, value: unknown) => {
    if (key === '$ref' && typeof value === 'string') {
      const [, name = ''] = /^#\/components\/schemas\/(\w+)$/.exec(value) ?? [];
      return value.slice(0, value.length - name.length) + nameOf(name);
    }
    if (key !== 'schemas' || typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([name]) => inUse.has(name));
    return Object.fromEntries(entries.map(([name, schema]) => [nameOf(name), schema]));
  });
  return Object.assign(document, named);
}

/** Of the schemas those that a call refers to, itself or by another schema. */
function namesInUse(document: object): ReadonlySet<string> {
  const { components, ...rest } = Object.assign({ components: {} }, document);
  const schemas: Readonly<Record<string, unknown>> = Object.assign({ schemas: {} }, components).schemas;
  const inUse = new Set<string>();
  const collect = (part: unknown) => {
    for (const [, name = ''] of (JSON.stringify(part) ?? '').matchAll(REFERENCE)) {
      if (inUse.has(name)) continue;
      inUse.add(name);
      collect(schemas[name]);
    }
  };
  collect(rest);
  return inUse;
}
