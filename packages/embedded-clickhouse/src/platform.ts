// Where the engine's library lies on this platform, or why there is none.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EngineStartError } from './engine-start-error.ts';

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@chdb/lib-linux-x64-gnu',
  'linux-arm64': '@chdb/lib-linux-arm64-gnu',
  'darwin-x64': '@chdb/lib-darwin-x64',
  'darwin-arm64': '@chdb/lib-darwin-arm64',
};

export interface Platform {
  /** `process.platform`-`process.arch`. */
  readonly name: string;
  /** Linux without glibc (Alpine): the library does not load there. */
  readonly musl: boolean;
}

/** The platform this process runs on. */
export function currentPlatform(): Platform {
  return { name: `${process.platform}-${process.arch}`, musl: process.platform === 'linux' && !hasGlibc() };
}

/**
 * Absolute path of libchdb.so.
 * @throws EngineStartError on a platform without an engine, or where its optional package was not installed
 */
export function engineLibrary(
  platform: Platform = currentPlatform(),
  resolve: (id: string) => string = createRequire(import.meta.url).resolve,
): string {
  const name = PACKAGES[platform.name];
  if (name === undefined || platform.musl)
    throw new EngineStartError(
      `There is no embedded ClickHouse for ${platform.name}${platform.musl ? ' with musl' : ''}: set CLICKHOUSE_URL to a ClickHouse server (embedded: Linux with glibc and macOS, x64 and arm64).`,
    );
  const library = join(packageFolder(name, resolve), 'libchdb.so');
  if (!existsSync(library)) throw notInstalled(name);
  return library;
}

function packageFolder(name: string, resolve: (id: string) => string): string {
  try {
    return dirname(resolve(`${name}/package.json`));
  } catch (error) {
    throw notInstalled(name, error);
  }
}

function notInstalled(name: string, cause?: unknown): EngineStartError {
  return new EngineStartError(
    `The embedded ClickHouse is not installed (${name} is missing): install again with optional dependencies, or set CLICKHOUSE_URL to a ClickHouse server.`,
    { cause },
  );
}

function hasGlibc(): boolean {
  const report: unknown = process.report.getReport();
  if (typeof report !== 'object' || report === null || !('header' in report)) return true;
  const { header } = report;
  return typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header;
}
