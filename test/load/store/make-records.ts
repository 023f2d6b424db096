// Bus records of generated logs, as the intake makes them: Native blocks in zstd frames, each of one day.
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { createLogGenerator } from '@sazabi/load/log-generator';
import {
  createLogBlock,
  expiresOnDay,
  newUuidV7,
  type RequestSource,
  storedFrame,
  uuidToText,
  zstdOptions,
} from '@sazabi/log-record';

const compress = promisify(zstdCompress);
/** As the intake does. */
const STORED_BYTES_MAX = 8 * 1024;

export interface StoreRecord {
  /** UUID text. */
  readonly id: string;
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  readonly rows: number;
  readonly frame: Uint8Array;
}

export interface RecordPlan {
  readonly logs: number;
  readonly rowsPerRecord: number;
  /** Each request's logs belong to one of them, in turn. UUID text. */
  readonly projectIds: readonly string[];
  /** So many keys send in turn, each for one of the projects; no fewer than these. Default: one a project. */
  readonly keys?: number;
  readonly logsPerRequest: number;
  /** Their projects' retentions, evenly mixed record by record. */
  readonly retentionDays: readonly number[];
  readonly seed: number;
  /** Logs lie evenly in this time, received when they were written. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Its multiples, modulo one, lie evenly however many there are. */
const GOLDEN = 0.618_033_988_75;

/** The same project for the same number, in each run. */
export function projectId(index: number): string {
  return `0192f0e4-1111-7222-8333-${index.toString(16).padStart(12, '0')}`;
}

function sources(projectIds: readonly string[], keys = projectIds.length): readonly RequestSource[] {
  return Array.from({ length: Math.max(keys, projectIds.length) }, (_, index) => ({
    projectId: projectIds[index % projectIds.length] ?? '',
    mode: 'live',
    keyId: `0192f0e4-4444-7555-8666-${index.toString(16).padStart(12, '0')}`,
    environment: '',
  }));
}

/** The records one after the other. */
export async function* makeRecords(plan: RecordPlan): AsyncGenerator<StoreRecord> {
  const block = createLogBlock();
  const generate = createLogGenerator(plan.seed);
  const from = sources(plan.projectIds, plan.keys);
  const days = plan.retentionDays.map((retention) => expiresOnDay(plan.toMs, retention));
  let made = 0;
  let requests = 0;
  for (let index = 0; made < plan.logs; index++) {
    const id = newUuidV7();
    const day = days[Math.floor(((index * GOLDEN) % 1) * days.length)];
    if (day === undefined) throw new RangeError('there is at least one retention');
    const rows = Math.min(plan.rowsPerRecord, plan.logs - made);
    block.reset(id, day);
    for (let row = 0; row < rows; row++) {
      const atMs = plan.fromMs + Math.floor(((plan.toMs - plan.fromMs) * made) / plan.logs);
      if (row % plan.logsPerRequest === 0) {
        const source = from[requests % from.length];
        if (source === undefined) throw new RangeError('there is at least one project');
        block.beginRequest(source, atMs, null);
        requests += 1;
      }
      if (block.append(generate(atMs), 'log') !== null) throw new Error('a generated log was rejected');
      made += 1;
    }
    yield { id: uuidToText(id), day, rows, frame: await frameOf(block.encode()) };
  }
}

async function frameOf(block: Uint8Array): Promise<Buffer> {
  return block.byteLength <= STORED_BYTES_MAX
    ? storedFrame(block)
    : await compress(Buffer.from(block), zstdOptions(block.byteLength));
}
