// The form of LowCardinality(String) in a Native block (ClickHouse, SerializationLowCardinality): version 1 = dictionaries in
// the block, then for each run of rows a word of the index type and flags; `additional keys` says that the keys follow.

const UINT8_KEYS_MAX = 0x100;
const UINT16_KEYS_MAX = 0x1_0000;

export const LOW_CARDINALITY = {
  version: 1,
  hasAdditionalKeys: 0x200,
  /** The smallest index that tells so many keys apart: its bytes and its number in the format. */
  indexFor(keys: number): { readonly width: 1 | 2 | 4; readonly type: 0 | 1 | 2 } {
    if (keys <= UINT8_KEYS_MAX) return { width: 1, type: 0 };
    return keys <= UINT16_KEYS_MAX ? { width: 2, type: 1 } : { width: 4, type: 2 };
  },
} as const;
