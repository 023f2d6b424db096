// For tests: what one log becomes, read back by the Native reader.
import { createLogBlock } from './create-log-block.ts';
import type { LogBlock, Rejection } from './log-block.ts';
import { type NativeValue, nativeRows, readNativeBlock } from './native-reader.ts';
import { newUuidV7 } from './uuid.ts';

export const SOURCE = {
  projectId: '0192f0e4-1111-7222-8333-0123456789ab',
  mode: 'live',
  keyId: '0192f0e4-4444-7555-8666-fedcba987654',
  environment: 'staging',
} as const;
export const RECEIVED_AT_MS = 1_795_255_872_345;

/** A block with a request begun. */
export function openBlock(recordId: Uint8Array = newUuidV7()): LogBlock {
  const block = createLogBlock();
  block.reset(recordId, 20_808);
  block.beginRequest(SOURCE, RECEIVED_AT_MS, null);
  return block;
}

/** The row that a log becomes in a block of its own, or why it is rejected: then nothing of it may be there. */
export function storeLog(log: unknown, kind: 'log' | 'event' = 'log'): Record<string, NativeValue> | Rejection {
  const block = openBlock();
  const rejection = block.append(log, kind);
  if (rejection !== null && block.rowCount > 0) throw new Error('a rejected log was counted');
  return rejection ?? nativeRows(readNativeBlock(block.encode()))[0] ?? {};
}

/** The attributes of that row, in order. */
export function attributesOf(log: unknown): NativeValue | undefined {
  const row = storeLog(log);
  return 'attributes' in row ? row.attributes : undefined;
}
