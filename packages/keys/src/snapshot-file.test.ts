import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContractError } from '@sazabi/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateKey, hashKey } from './key-form.ts';
import { createKeySnapshot } from './key-snapshot.ts';
import { createSnapshotFile } from './snapshot-file.ts';

let folder: string;
let warnings: object[];
const logger = { info: () => undefined, warn: (fields: object) => void warnings.push(fields) };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-keys-'));
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function filledSnapshot(keys: string[]) {
  const snapshot = createKeySnapshot();
  const entries = keys.map((key) => ({
    hash: hashKey(key),
    keyId: randomUUID(),
    projectId: randomUUID(),
    organizationId: randomUUID(),
    mode: 'live' as const,
    rateLimitPerMinute: 5,
    allowedOrigins: ['https://ü.example.com'],
    environment: 'a\nb',
    expiresAtMs: null,
    revokedAtMs: null,
    retentionDays: 30,
    quota: null,
  }));
  snapshot.replace({ epoch: randomUUID(), seq: 7, entries, receiptSecret: randomBytes(32) });
  return snapshot;
}

describe('snapshot on disk', () => {
  it('of an intake from before there were quotas is taken, as one without any', async () => {
    const path = join(folder, 'keys');
    const snapshot = filledSnapshot([generateKey('public', 'live')]);
    const file = createSnapshotFile(path, snapshot, logger);
    file.changed();
    await file.flush();
    writeFileSync(path, readFileSync(path, 'utf8').replace(',"quota":null', ''));
    expect(readFileSync(path, 'utf8')).not.toContain('quota');
    const again = createKeySnapshot();
    expect(await createSnapshotFile(path, again, logger).load()).not.toBeNull();
    expect(again.state()?.entries).toEqual(snapshot.state()?.entries);
  });

  it('comes back whole, is readable by its owner alone, and leaves no temporary file', async () => {
    const keys = Array.from({ length: 2500 }, () => generateKey('public', 'live'));
    const path = join(folder, 'deeper', 'keys.ndjson');
    const snapshot = filledSnapshot(keys);
    const file = createSnapshotFile(path, snapshot, logger);
    file.changed();
    await file.flush();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['keys.ndjson']);

    const again = createKeySnapshot();
    const writtenAtMs = await createSnapshotFile(path, again, logger).load();
    expect(writtenAtMs).toBeCloseTo(Date.now(), -5);
    expect(again.state()).toEqual({ ...snapshot.state(), receiptSecret: expect.any(Uint8Array) });
    expect(Buffer.from(again.receiptSecret() ?? []).equals(snapshot.receiptSecret() ?? new Uint8Array())).toBe(true);
    expect(keys.every((key) => !(again.lookUp(key, 0) instanceof ContractError))).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('no file is no snapshot, without a warning', async () => {
    const snapshot = createKeySnapshot();
    expect(await createSnapshotFile(join(folder, 'none'), snapshot, logger).load()).toBeNull();
    expect(warnings).toEqual([]);
  });

  it('cut anywhere, it is ignored with a warning and leaves no trace', async () => {
    const path = join(folder, 'keys');
    const file = createSnapshotFile(path, filledSnapshot([generateKey('public', 'live')]), logger);
    file.changed();
    await file.flush();
    const whole = readFileSync(path);
    for (let bytes = 0; bytes < whole.length; bytes += 13) {
      warnings = [];
      writeFileSync(path, whole.subarray(0, bytes));
      const snapshot = createKeySnapshot();
      expect(await createSnapshotFile(path, snapshot, logger).load()).toBeNull();
      expect(snapshot.position()).toBeNull();
      expect(warnings).toHaveLength(1);
    }
  });

  it('what is not ours is ignored with a warning that does not show it', async () => {
    const path = join(folder, 'keys');
    for (const text of ['garbage secret-thing\n', '{"type":"put"}\n', '[]\n', '\u0000\n', 'x'.repeat(2_000_000)]) {
      warnings = [];
      writeFileSync(path, text);
      expect(await createSnapshotFile(path, createKeySnapshot(), logger).load()).toBeNull();
      expect(warnings).toHaveLength(1);
      expect(JSON.stringify(warnings)).not.toContain('secret-thing');
    }
  });

  it('a folder that cannot be written is a warning, and it is tried again', async () => {
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, '');
    const file = createSnapshotFile(join(blocked, 'keys'), filledSnapshot([]), logger);
    file.changed();
    await file.flush();
    expect(warnings).toMatchObject([{ event: 'key_snapshot_not_written' }]);
    rmSync(blocked);
    await file.flush();
    expect(statSync(join(blocked, 'keys')).size).toBeGreaterThan(0);
  });
});
