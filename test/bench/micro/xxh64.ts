// The checksum of a record.
import { randomBytes } from 'node:crypto';
import { xxh } from '@sazabi/log-record';
import type { Benchmark } from '../measure.ts';

const CALLS = 50;

export function xxh64Benchmarks(): Benchmark[] {
  return [1, 64].map((kib) => {
    const bytes = randomBytes(kib * 1024);
    return {
      name: `xxh64/${kib}KiB`,
      per: 'call',
      count: CALLS * (64 / kib),
      run() {
        for (let call = 0; call < CALLS * (64 / kib); call++) xxh.h64Raw(bytes);
      },
    };
  });
}
