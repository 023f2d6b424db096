import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkCluster, clusterOf, clusterSettings } from './cluster-settings.ts';
import { parseEnvironment } from './parse-environment.ts';
import { StartupError } from './startup-error.ts';

const schema = z.object(clusterSettings).superRefine(checkCluster);
const parse = (environment: NodeJS.ProcessEnv) => clusterOf(parseEnvironment(schema, environment));
const [a, b, c] = ['http://app:secret@a:8123/logs', 'http://app:secret@b:8123/logs', 'https://app:secret@c/logs'];

describe('cluster settings', () => {
  it('none is one server', () => expect(parse({})).toBeNull());

  it('shards in order, each with its replicas', () => {
    const environment = { CLICKHOUSE_CLUSTER: 'main', CLICKHOUSE_INSERT_URLS: `${a}|${b}, ${c}` };
    expect(parse(environment)).toEqual({ name: 'main', shards: [[a, b], [c]] });
  });

  it.each([
    ['CLICKHOUSE_INSERT_URLS', { CLICKHOUSE_CLUSTER: 'main' }],
    ['CLICKHOUSE_CLUSTER', { CLICKHOUSE_INSERT_URLS: a }],
    ['CLICKHOUSE_CLUSTER', { CLICKHOUSE_CLUSTER: "it's", CLICKHOUSE_INSERT_URLS: a }],
    ['CLICKHOUSE_INSERT_URLS', { CLICKHOUSE_CLUSTER: 'main', CLICKHOUSE_INSERT_URLS: `${a},` }],
    ['CLICKHOUSE_INSERT_URLS', { CLICKHOUSE_CLUSTER: 'main', CLICKHOUSE_INSERT_URLS: `${a},ftp://secret@b` }],
    ['CLICKHOUSE_INSERT_URLS', { CLICKHOUSE_CLUSTER: 'main', CLICKHOUSE_INSERT_URLS: `${a},${a}` }],
  ])('refuses in one line that names %s and no password', (variable, environment) => {
    expect(() => parse(environment)).toThrow(StartupError);
    expect(() => parse(environment)).toThrow(new RegExp(`^[^\\n]*${variable}[^\\n]*$`));
    expect(() => parse(environment)).not.toThrow(/secret/);
  });
});
