// A real intake for tests: its server, a bus of its own on disk, and keys put straight into the snapshot.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { type Bus, openBus } from '@sazabi/bus';
import type { Mode } from '@sazabi/contract';
import {
  createKeySnapshot,
  createKeyUsage,
  createQuotaUse,
  generateKey,
  hashKey,
  type KeySnapshot,
  type KeyUsageCounts,
  type PublicKeyEntry,
  type QuotaUse,
} from '@sazabi/keys';
import { createLogger } from '@sazabi/lifecycle';
import { decodeRecord, type NativeValue, type RecordMeta, readNativeBlock } from '@sazabi/log-record';
import { type IntakeConfig, parseConfig } from '../config.ts';
import { type RunningIntake, run } from '../run.ts';

/** For a record that is known to be there. */
const READ_WAIT_MS = 5_000;

export interface KnownKey {
  readonly key: string;
  readonly entry: PublicKeyEntry;
}

export type Row = Readonly<Record<string, NativeValue>>;

/** A record as the consumer would see it. */
export interface StoredRecord {
  readonly meta: RecordMeta;
  readonly rows: readonly Row[];
}

export interface TestIntake {
  readonly url: string;
  readonly internalUrl: string;
  readonly port: number;
  readonly intake: RunningIntake;
  readonly snapshot: KeySnapshot;
  /** What it would report. */
  readonly usage: KeyUsageCounts;
  readonly quotas: QuotaUse;
  readonly receiptSecret: Uint8Array;
  readonly dataDir: string;
  readonly bus: Bus;
  /** As its supervisor would stop it; its data stays. */
  close(): Promise<void>;
  /** Lines that the intake has logged. */
  readonly logLines: string[];
  /** A change of a key that the intake knows. */
  putKey(entry: PublicKeyEntry): void;
  /** A new public key that the intake knows. */
  addKey(changes?: Partial<PublicKeyEntry>): KnownKey;
  /** Everything that is on the bus. */
  records(): Promise<StoredRecord[]>;
  rows(): Promise<Row[]>;
  /** Stops the intake and deletes its data. */
  stop(): Promise<void>;
}

export interface TestIntakeOptions {
  readonly config?: Partial<IntakeConfig>;
  /** Without keys the snapshot has never come. */
  readonly withoutSnapshot?: boolean;
  /** Wraps the real bus, to hold or fail its appends. */
  readonly wrapBus?: (bus: Bus) => Bus;
  readonly now?: () => number;
  readonly clock?: () => number;
  /** With a bus of its own, as its settings say (Kafka), not one that is shared with the test. */
  readonly environment?: NodeJS.ProcessEnv;
  /** As without a supervisor. */
  readonly isAlone?: boolean;
  /** Of an intake before this one, which is not deleted with it. */
  readonly before?: TestIntake;
}

/** Starts an intake on free ports. */
export async function startTestIntake(options: TestIntakeOptions = {}): Promise<TestIntake> {
  const dataDir = options.before?.dataDir ?? mkdtempSync(join(tmpdir(), 'sazabi-intake-'));
  const ports = { INTAKE_PORT: '0', INTAKE_INTERNAL_PORT: '0', SAZABI_DATA_DIR: dataDir };
  const config = parseConfig({ ...ports, ...options.environment });
  const bus = openBus(config.bus.url, config.bus);
  const receiptSecret = randomBytes(32);
  const snapshot = options.before?.snapshot ?? createKeySnapshot();
  if (options.withoutSnapshot !== true && options.before === undefined) {
    snapshot.replace({ epoch: randomUUID(), seq: 1, receiptSecret, entries: [] });
  }
  const logLines: string[] = [];
  const logger = createLogger('intake', 'info', { write: (line) => void logLines.push(line) });
  const keys = { snapshot, liveIntakes: () => 1, ageMs: () => 0, connected: () => true, close: async () => {} };
  const wrapped = options.wrapBus?.(bus) ?? bus;
  const deleteData = () => rmSync(dataDir, { recursive: true, force: true });
  const shared = options.environment === undefined ? { bus: wrapped } : {};
  const [usage, quotas] = [createKeyUsage(), createQuotaUse()];
  const overrides = {
    ...shared,
    keys,
    usage,
    quotas,
    logger,
    now: options.now ?? Date.now,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    isAlone: options.isAlone ?? false,
  };
  const intake = await run({ ...config, ...options.config }, overrides).catch((error: unknown) => {
    deleteData();
    throw error;
  });
  const records = () => readRecords(bus);
  const putKey = (entry: PublicKeyEntry) => snapshot.put((snapshot.position()?.seq ?? 0) + 1, entry);
  return {
    url: intake.url,
    internalUrl: intake.internalUrl,
    port: Number(new URL(intake.url).port),
    intake,
    snapshot,
    usage,
    quotas,
    receiptSecret,
    dataDir,
    bus,
    logLines,
    putKey,
    addKey(changes = {}) {
      const mode: Mode = changes.mode ?? 'live';
      const key = generateKey('public', mode);
      const entry: PublicKeyEntry = { ...newEntry(key, mode), ...changes };
      putKey(entry);
      return { key, entry };
    },
    records,
    rows: async () => (await records()).flatMap((record) => record.rows),
    close: () => intake.close(),
    async stop() {
      await intake.close();
      await bus.close();
      deleteData();
    },
  };
}

function newEntry(key: string, mode: Mode): PublicKeyEntry {
  return {
    hash: hashKey(key),
    keyId: randomUUID(),
    projectId: randomUUID(),
    organizationId: randomUUID(),
    mode,
    rateLimitPerMinute: null,
    allowedOrigins: [],
    environment: null,
    expiresAtMs: null,
    revokedAtMs: null,
    retentionDays: 30,
    quota: null,
  };
}

/** All partitions, one after the other. */
async function readRecords(bus: Bus): Promise<StoredRecord[]> {
  const reader = await bus.reader();
  const stored: StoredRecord[] = [];
  for (let partition = 0; partition < reader.partitions; partition += 1) {
    const { next } = await reader.extent(partition);
    for (let from = 0; from < next; ) {
      const found = await reader.read(partition, from, {
        bytesMax: 2 ** 30,
        recordsMax: 100_000,
        waitMs: READ_WAIT_MS,
      });
      if (found.length === 0) break;
      for (const record of found) {
        const decoded = decodeRecord(record);
        if (!decoded.ok) throw new Error(`the intake appended a record that nobody can read: ${decoded.reason}`);
        stored.push({ meta: decoded.meta, rows: rowsOf(zlib.zstdDecompressSync(decoded.frame)) });
        from = record.offset + 1;
      }
    }
  }
  await reader.close();
  return stored;
}

function rowsOf(bytes: Uint8Array): Row[] {
  const block = readNativeBlock(bytes);
  return Array.from({ length: block.rows }, (_, row) =>
    Object.fromEntries(block.columns.map((column) => [column.name, column.values[row] ?? ''])),
  );
}
