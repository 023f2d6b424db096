// An intake as a process of its own, on an LMDB bus that nobody reads, with keys given to it: ends with its parent.
import { randomBytes, randomUUID } from 'node:crypto';
import { run } from '@sazabi/intake';
import { parseConfig } from '@sazabi/intake/config';
import { overloaded } from '@sazabi/intake/parts';
import { createKeySnapshot, generateKey, hashKey, type PublicKeyEntry } from '@sazabi/keys';

const [dataDir = '', keyCount = '1', mood = 'taking'] = process.argv.slice(2);
const keys = Array.from({ length: Number(keyCount) }, () => generateKey('public', 'live'));
const snapshot = createKeySnapshot();
snapshot.replace({ epoch: randomUUID(), seq: 1, receiptSecret: randomBytes(32), entries: keys.map(entryOf) });
const source = { snapshot, liveIntakes: () => 1, ageMs: () => 0, connected: () => true, close: async () => {} };
const config = parseConfig({
  INTAKE_PORT: '0',
  INTAKE_INTERNAL_PORT: '0',
  SAZABI_DATA_DIR: dataDir,
  LOG_LEVEL: 'warn',
});
const refuseAll = { refusal: overloaded, filed: () => {}, appended: () => {} };
const intake = await run(config, { keys: source, ...(mood === 'refusing' ? { shedding: refuseAll } : {}) });
process.on('disconnect', () => void intake.close().then(() => process.exit(0)));
process.send?.({ url: intake.url, keys });

/** Each of a project of its own, without a limit. */
function entryOf(key: string): PublicKeyEntry {
  return {
    hash: hashKey(key),
    keyId: randomUUID(),
    projectId: randomUUID(),
    organizationId: randomUUID(),
    mode: 'live',
    rateLimitPerMinute: null,
    allowedOrigins: [],
    environment: null,
    expiresAtMs: null,
    revokedAtMs: null,
    retentionDays: 30,
    quota: null,
  };
}
