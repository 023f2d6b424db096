// The way of a log through the intake, step by step and whole, with one log and with a hundred a request.
import { compressBlock } from '@sazabi/intake/parts';
import { encodeRecord } from '@sazabi/log-record';
import type { Benchmark } from '../measure.ts';
import { BLOCK_LOGS, blockBodies, createFiling } from './log-bodies.ts';

export function logPathBenchmarks(): Benchmark[] {
  return [...ofBatch(100), ...ofBatch(1), ...ofBlock()];
}

function ofBatch(batch: number): Benchmark[] {
  const bodies = blockBodies(batch);
  const filing = createFiling();
  const make = (name: string, rest: Pick<Benchmark, 'run'>): Benchmark => ({
    name: `${name}-${batch}`,
    per: 'log',
    count: BLOCK_LOGS,
    ...rest,
  });
  return [
    make('parse/json-parse', {
      run: () => {
        for (const body of bodies) JSON.parse(body.toString('utf8'));
      },
    }),
    make('path/body-to-block', { run: () => filing.file(bodies) }),
    make('path/body-to-record', {
      async run() {
        filing.file(bodies);
        await toRecord(filing);
      },
    }),
  ];
}

function ofBlock(): Benchmark[] {
  const { block, file } = createFiling();
  const bodies = blockBodies(100);
  file(bodies);
  const encoded = Buffer.from(block.encode());
  const small = Buffer.from(encoded.subarray(0, 16 * 1024));
  const repeat = 20;
  const single = createFiling();
  single.file(blockBodies(1).slice(0, 1));
  return [
    {
      name: 'block/encode-1600',
      per: 'log',
      count: BLOCK_LOGS * repeat,
      run: () => times(repeat, () => block.encode()),
    },
    { name: 'block/encode-1', per: 'call', count: 200, run: () => times(200, () => single.block.encode()) },
    { name: 'zstd/block-1600', per: 'log', count: BLOCK_LOGS, run: async () => void (await compressBlock(encoded)) },
    {
      name: 'zstd/16KiB',
      per: 'call',
      count: repeat,
      async run() {
        for (let at = 0; at < repeat; at++) await compressBlock(small);
      },
    },
  ];
}

async function toRecord({ block, batchId, expiresOnDay }: ReturnType<typeof createFiling>): Promise<void> {
  const frame = await compressBlock(block.encode());
  const { rowCount: rows, ownRowCount: ownRows } = block;
  encodeRecord({ batchId, rows, ownRows, expiresOnDay, requestIds: [] }, frame);
}

function times(count: number, work: () => void): void {
  for (let at = 0; at < count; at++) work();
}
