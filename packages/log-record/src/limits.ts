// What one log may be at most; over any of these the log is rejected alone, by its index.

export const LOG_LIMITS = {
  /** UTF-8 bytes of all text that is stored of one log (the `bytes` column): 256 KiB, so that a log is never a page of its own. */
  logBytesMax: 256 * 1024,
  /** Attributes of one log, those made from aliases and second writers included. */
  attributesMax: 256,
  /** UTF-8 bytes of one attribute key, after flattening: keys are a dictionary, long ones would fill it. */
  attributeKeyBytesMax: 128,
  /** Objects and arrays inside one another; the log itself (or its `attributes`) is the first: a key path has 16 names at most. */
  depthMax: 16,
} as const;
