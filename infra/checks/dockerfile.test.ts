// The Dockerfile by dockerfile-utils, and what the image promises: not root, a signal that reaches Node, its own health check.
import { validate } from 'dockerfile-utils';
import { expect, it } from 'vitest';
import { readText } from './files.ts';

const dockerfile = readText('infra/Dockerfile');
const last = (instruction: string) =>
  dockerfile
    .split('\n')
    .findLast((line) => line.startsWith(`${instruction} `))
    ?.slice(instruction.length + 1);

it('has nothing that the linter finds', () => {
  expect(validate(dockerfile)).toEqual([]);
  expect(validate(`${dockerfile}\nCOPPY a b`)).toHaveLength(1);
});

it('runs as nobody’s user by a number, so that Kubernetes can see that it is not root', () => {
  expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});

it('starts by an argument list: a shell in between would swallow SIGTERM', () => {
  expect(JSON.parse(last('ENTRYPOINT') ?? '')).toEqual(['tini', '--', 'sazabi']);
  expect(last('HEALTHCHECK')).toContain('CMD ["sazabi", "health"');
});

it('builds the target without the embedded engine unless asked', () => {
  expect(dockerfile.match(/^FROM .* AS (\S+)$/gm)?.at(-1)).toBe('FROM runtime AS services');
});

it('installs with the package manager of the repository', () => {
  const version = /"packageManager": "(pnpm@[\d.]+)"/.exec(readText('package.json'))?.[1];
  expect(new Set(dockerfile.match(/pnpm@[\d.]+/g))).toEqual(new Set([version]));
  expect(dockerfile).toContain(`node:${/"node": "(\d[\d.]+)"/.exec(readText('package.json'))?.[1]}-`);
});
