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

  // Before the body is read, and before Fastify asks some methods for a content-type; after the CORS headers are set.
  app.addHook('preParsing', async (request, reply) => {
    if (!request.is404) return;
    const path = request.url.split('?')[0] ?? '';
    const matching = known.filter(({ pattern }) => pattern.test(path));
    // A path of its own (/logs/query) is not offered as an id of another (/logs/{id}).
    const { methods } = matching.find(({ literal }) => literal) ?? matching[0] ?? {};
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
