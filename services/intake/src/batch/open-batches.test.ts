// Which open batch a request joins: requests without an id share one partition for a time, then turn to the next.
import { createLogBlock } from '@sazabi/log-record';
import { expect, it } from 'vitest';
import { SHARED_PARTITION_MS } from '../limits.ts';
import { submission } from '../testing/submission.ts';
import { createOpenBatches } from './open-batches.ts';

const PARTITIONS = 3;

it('batches of requests without an id follow one another on one partition until its time is over', () => {
  let nowMs = 5_000;
  const blocks = { take: createLogBlock, give: () => undefined };
  const open = createOpenBatches<string>(
    () => PARTITIONS,
    blocks,
    () => undefined,
    () => nowMs,
  );
  const batchAfter = (ms: number): number => {
    nowMs += ms;
    const { partition } = open.forSubmission(submission(['a']));
    open.takeAll();
    return partition;
  };
  expect([batchAfter(0), batchAfter(SHARED_PARTITION_MS - 1)]).toEqual([0, 0]);
  // The one that is open when the time is over is the last.
  expect([batchAfter(1), batchAfter(0), batchAfter(SHARED_PARTITION_MS)]).toEqual([0, 1, 1]);
  expect([batchAfter(0), batchAfter(SHARED_PARTITION_MS), batchAfter(0)]).toEqual([2, 2, 0]);
});
