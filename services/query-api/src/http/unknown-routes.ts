// What no route takes: 405 with Allow where the path is known, else 404; OPTIONS of a known path says what it takes.
import { ContractError } from '@sazabi/contract';
import type { App } from './app.ts';
import { unknownPath } from './not-found.ts';

/** Registers the handler; to be called before any route. */
export function answerUnknownRoutes(app: App): void {
  const known: { pattern: RegExp; methods: Set<string> }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (url.endsWith('*')) return;
    const source = `^${url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z]+/g, '[^/]+')}$`;
    let entry = known.find(({ pattern }) => pattern.source === new RegExp(source).source);
    if (entry === undefined) {
      entry = { pattern: new RegExp(source), methods: new Set() };
      known.push(entry);
    }
    for (const name of [method].flat()) entry.methods.add(name);
  });

  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = new Set(known.filter(({ pattern }) => pattern.test(path)).flatMap((entry) => [...entry.methods]));
    if (methods.size === 0) throw unknownPath();
    const allow = [...methods, 'OPTIONS'].join(', ');
    if (request.method === 'OPTIONS') return await reply.header('allow', allow).code(204).send();
    throw new ContractError('METHOD_NOT_ALLOWED', `This path takes ${allow}.`, {}, { allow });
  });
}
