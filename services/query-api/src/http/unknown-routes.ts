// What no route takes: 405 with Allow where the path is known, else 404; OPTIONS of a known path says what it takes.
import { ContractError } from '@sazabi/contract';
import type { App } from './app.ts';
import { unknownPath } from './not-found.ts';

/** Registers the handler; to be called before any route. */
export function answerUnknownRoutes(app: App): void {
  const known: { pattern: RegExp; literal: boolean; methods: Set<string> }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (url.endsWith('*')) return;
    const source = `^${url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z]+/g, '[^/]+')}$`;
    let entry = known.find(({ pattern }) => pattern.source === new RegExp(source).source);
    if (entry === undefined) {
      entry = { pattern: new RegExp(source), literal: !url.includes(':'), methods: new Set() };
      known.push(entry);
    }
    for (const name of [method].flat()) entry.methods.add(name);
  });

  /** What a path of its own (/logs/query) takes: a GET of it is no GET of /logs/{id}. */
  const literalMethods = (path: string) => known.find(({ literal, pattern }) => literal && pattern.test(path))?.methods;

  // Before the body is read, and before Fastify asks some methods for a content-type; after the CORS headers are set.
  app.addHook('preParsing', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const own = literalMethods(path);
    if (!request.is404 && own?.has(request.method) !== false) return;
    const methods = own ?? known.find(({ pattern }) => pattern.test(path))?.methods;
    if (methods === undefined) throw unknownPath();
    const allow = [...methods, 'OPTIONS'].join(', ');
    if (request.method !== 'OPTIONS')
      throw new ContractError('METHOD_NOT_ALLOWED', `This path takes ${allow}.`, {}, { allow });
    await reply.header('allow', allow).code(204).send();
  });
  app.setNotFoundHandler(async () => {
    throw unknownPath();
  });
}
