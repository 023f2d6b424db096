// Two shards, each the real engine: tables on both, reads over both, inserts to one alone.
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { startTestCluster, type TestCluster } from '@sazabi/embedded-clickhouse/test-cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkInsertTokens } from '../ingest/check-insert-tokens.ts';
import { clusterServer, insertSettings, readSettings } from '../ingest/ingest-target.ts';
import { mergeByRows } from '../ingest/merge-by-rows.ts';
import { settleCodec } from '../ingest/settle-codec.ts';
import { migrateLogStore } from '../migrate.ts';
import { type ClickHouseClient, openLogStore } from '../open-log-store.ts';
import { logScope } from '../query/log-scope.ts';
import { queryFields } from '../query/query-fields.ts';
import { queryLogs } from '../query/query-logs.ts';
import { queryVolume } from '../query/query-volume.ts';
import { NOW_MS, PROJECT, testLog } from '../test-store.ts';
import { inspectReads, inspectShard, inspectSingle } from './inspect-server.ts';
import { renderMigration } from './table-layout.ts';

const SCOPE = logScope({
  organizationId: 'o',
  projects: [{ id: PROJECT, retentionDays: 3650, hiddenBeforeMs: null, earlierRetentions: [] }],
  mode: 'live',
});
const options = { nowMs: NOW_MS };

describe('a cluster of two shards', () => {
  let cluster: TestCluster;
  let shards: readonly ClickHouseClient[];
  let reader: ClickHouseClient;

  beforeAll(async () => {
    cluster = await startTestCluster();
    shards = cluster.engines.map(({ appUrl }) => openLogStore(appUrl, { application: 'test' }));
    reader = openLogStore(cluster.engines[0]?.readerUrl ?? '', { application: 'test' });
    for (const [index, client] of shards.entries()) {
      const place = { cluster: cluster.name, shard: index + 1, shards: 2, replicas: 1 };
      const found = await inspectShard(client, place);
      if (!('layout' in found)) throw new Error(found.wrong);
      expect(found.layout).toEqual({ kind: 'shard', cluster: cluster.name, replicated: false });
      await Promise.all([migrateLogStore(client, found.layout), migrateLogStore(client, found.layout)]);
      expect(await migrateLogStore(client, found.layout)).toEqual([]);
      await client.command({ query: 'ALTER TABLE logs_local REMOVE TTL' });
    }
  });

  afterAll(async () => {
    await Promise.all([...shards, reader].map((client) => client.close()));
    await cluster.close();
  });

  const insert = (shard: number, messages: readonly string[]) =>
    shards[shard]?.insert({
      table: 'logs_local',
      format: 'JSONEachRow',
      values: messages.map((message) =>
        testLog({ message, level: message.length % 2 ? 'info' : 'warn', attributes: { of: message } }),
      ),
    });

  it('refuses settings that its servers contradict', async () => {
    const [first] = shards;
    if (first === undefined) throw new Error('a shard');
    const inspect = (place: object) =>
      inspectShard(first, { cluster: cluster.name, shard: 1, shards: 2, replicas: 1, ...place });
    expect(await inspect({ shards: 3 })).toMatchObject({ wrong: expect.stringMatching(/has 2 shards/) });
    expect(await inspect({ shard: 2 })).toMatchObject({ wrong: expect.stringMatching(/is shard 1/) });
    expect(await inspect({ cluster: 'other' })).toMatchObject({ wrong: expect.stringMatching(/knows no cluster/) });
    expect(await inspect({ replicas: 2 })).toMatchObject({ wrong: expect.stringMatching(/not replicated/) });
    expect(await inspectReads(first, cluster.name)).toEqual({ layout: null });
    expect(await inspectSingle(first)).toMatchObject({ wrong: expect.stringMatching(/belongs to a cluster/) });
  });

  it('keeps rows once under one token, on each shard', async () => {
    for (const client of shards) expect(await checkInsertTokens(clusterServer(client, false))).toBeNull();
  });

  it('has the codec of its server in the local table of each shard', async () => {
    for (const client of shards) {
      expect(await settleCodec(clusterServer(client, false))).toBe('');
      expect(await settleCodec(clusterServer(client, false))).toBeNull();
    }
  });

  it('merges the local table of a shard by rows, and that of no other', async () => {
    const servers = shards.map((client) => clusterServer(client, false));
    for (const server of servers) {
      expect(await mergeByRows(server)).toBe(true);
      expect(await mergeByRows(server)).toBe(false);
    }
  });

  it('understands the form for replicas, every setting of it and what is asked of replicas', async () => {
    const [client] = shards;
    const ask = async (query: string, query_params: Record<string, unknown>) => {
      const result = await client?.query({ query, query_params, format: 'JSONCompactEachRow' });
      return (await result?.json<unknown[]>())?.map(([value]) => value);
    };
    const layout = { kind: 'shard', cluster: 'c', replicated: true } as const;
    const target = {
      client: openLogStore('http://x', { application: 'x' }),
      logs: 'l',
      deadLetters: 'd',
      embedded: false,
      replicated: true,
    };
    const folder = new URL('../migrations/', import.meta.url);
    const statements = (await readdir(folder)).map((name) => readFile(new URL(name, folder), 'utf8'));
    const rendered = (await Promise.all(statements)).flatMap((source) => renderMigration(source, layout));
    for (const statement of [...rendered, 'SYSTEM SYNC REPLICA logs_local LIGHTWEIGHT'])
      expect(await ask('SELECT formatQuery({statement:String})', { statement })).toHaveLength(1);

    const named = rendered.flatMap(
      (text) => [...text.matchAll(/^.*SETTINGS?[\s\S]*$/gm)].join(' ').match(/\b[a-z_]+(?= = )/g) ?? [],
    );
    expect(named).toContain('replicated_deduplication_window_seconds');
    const tableSettings = await ask('SELECT name FROM system.merge_tree_settings', {});
    expect(tableSettings).toEqual(expect.arrayContaining([...named]));
    const querySettings = await ask('SELECT name FROM system.settings', {});
    const asked = Object.keys({ ...insertSettings(target), ...readSettings(target) });
    expect(asked.length).toBeGreaterThan(3);
    expect(querySettings).toEqual(expect.arrayContaining(asked));
    await target.client.close();
  });

  it('reads over both shards, page by page, in one order', async () => {
    await insert(0, ['a', 'ccc', 'ee']);
    await insert(1, ['bb', 'dddd']);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await queryLogs(
        reader,
        SCOPE,
        { from: '-24h', filters: [], sort: 'asc', limit: 2, ...(cursor ? { cursor } : {}) },
        options,
      );
      seen.push(...page.data.map(({ message }) => message));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen.toSorted()).toEqual(['a', 'bb', 'ccc', 'dddd', 'ee']);
    const volume = await queryVolume(
      reader,
      SCOPE,
      { from: '-24h', interval: '1h', groupBy: 'level', limit: 1, filters: [] },
      options,
    );
    expect(volume.total).toBe(5);
    const search = { mode: 'substring', query: 'c' } as const;
    const found = await queryLogs(
      reader,
      SCOPE,
      { from: '-24h', filters: [], search, sort: 'desc', limit: 9 },
      options,
    );
    expect(found.data.map(({ message }) => message)).toEqual(['ccc']);
    const warnings = await queryVolume(
      reader,
      SCOPE,
      {
        from: '-24h',
        interval: '1h',
        groupBy: 'level',
        limit: 1,
        filters: [{ field: 'level', op: 'eq', value: 'warn' }],
      },
      options,
    );
    expect(warnings.total).toBe(3);
    const fields = await queryFields(reader, SCOPE, { from: '-24h' }, options);
    expect(fields).toMatchObject({
      attributes: [{ key: 'of', count: 5 }],
      levels: [
        { value: 'warn', count: 3 },
        { value: 'info', count: 2 },
      ],
      services: [],
    });
  });

  it('a server outside the shards reads them by Distributed tables alone', async () => {
    const outsider = await cluster.startOutsider();
    const [app, outside] = [outsider.appUrl, outsider.readerUrl].map((url) =>
      openLogStore(url, { application: 'test' }),
    );
    if (app === undefined || outside === undefined) throw new Error('two clients');
    const layout = { kind: 'reads', cluster: cluster.name } as const;
    expect(await inspectReads(app, cluster.name)).toEqual({ layout });
    expect((await migrateLogStore(app, layout)).length).toBeGreaterThan(2);
    expect(await migrateLogStore(app, layout)).toEqual([]);
    expect(await inspectReads(app, cluster.name)).toEqual({ layout });
    const tables = await app.query({ query: 'SHOW TABLES', format: 'TabSeparated' });
    expect((await tables.text()).split('\n')).toEqual([
      'dead_letters',
      'logs',
      'schema_migrations_of_reads',
      'usage_daily',
      '',
    ]);
    const page = await queryLogs(outside, SCOPE, { from: '-24h', filters: [], sort: 'asc', limit: 10 }, options);
    expect(page.data).toHaveLength(5);
    await app.command({ query: 'CREATE OR REPLACE TABLE logs (a UInt8) ENGINE = MergeTree ORDER BY a' });
    expect(await inspectReads(app, cluster.name)).toMatchObject({ wrong: expect.stringMatching(/of its own/) });
    await Promise.all([app.close(), outside.close()]);
  });

  it('a letter written through the Distributed table lies on the shard of its bus partition', async () => {
    const id = randomUUID();
    await shards[0]?.command({
      query: `INSERT INTO dead_letters (id, bus_partition, expires_on) VALUES ('${id}', 3, today())`,
      clickhouse_settings: { distributed_foreground_insert: 1 },
    });
    const counts = await Promise.all(
      shards.map(async (client) => {
        const query = `SELECT count() AS n FROM dead_letters_local WHERE id = '${id}'`;
        return (await (await client.query({ query, format: 'JSONEachRow' })).json<{ n: unknown }>()).map(({ n }) =>
          Number(n),
        );
      }),
    );
    expect(counts.flat()).toEqual([0, 1]);
  });

  it('says that it cannot be reached while a shard is gone, and reads on when it is back', async () => {
    await cluster.kill(1);
    const ask = () => queryLogs(reader, SCOPE, { from: '-24h', filters: [], sort: 'asc', limit: 10 }, options);
    await expect(ask()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await cluster.restart(1);
    await expect.poll(async () => (await ask().catch(() => null))?.data.length, { timeout: 20_000 }).toBe(5);
  });
});
