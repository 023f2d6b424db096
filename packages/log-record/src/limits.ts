// What one log may be at most; over any of these the log is rejected alone, by its index.
import { ATTRIBUTE_KEY_BYTES_MAX, ATTRIBUTES_MAX, DEPTH_MAX, LOG_BYTES_MAX } from '../assembly/shared.ts';

/** Each is told where it is set. */
export const LOG_LIMITS = {
  logBytesMax: LOG_BYTES_MAX,
  attributesMax: ATTRIBUTES_MAX,
  attributeKeyBytesMax: ATTRIBUTE_KEY_BYTES_MAX,
  depthMax: DEPTH_MAX,
} as const;
