// A bounded memory of presented texts and the ids of their keys, which saves hashing a key at every request.

export interface PresentedKeys {
  idOf(text: string): string | undefined;
  remember(text: string, keyId: string): void;
}

/**
 * Remembers at most `max` texts, the recently used ones. Two generations make an LRU without moving an entry at every hit.
 * Give it texts of known keys only, so that strangers cannot push them out; it holds ids, never entries, so a revoked key
 * cannot live on in it.
 */
export function createPresentedKeys(max: number): PresentedKeys {
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  const remember = (text: string, keyId: string): void => {
    if (young.size >= max / 2) {
      old = young;
      young = new Map();
    }
    young.set(text, keyId);
  };
  return {
    remember,
    idOf(text) {
      const recent = young.get(text);
      if (recent !== undefined) return recent;
      const older = old.get(text);
      if (older !== undefined) remember(text, older);
      return older;
    },
  };
}
