// What feeds read of the changes of keys: those that stand at the same change read what follows it once for all of them.
import { type ControlDb, type KeyChange, readKeyChanges } from '@sazabi/control-db';

export interface ChangeReader {
  /** The next changes after `seq`, as {@link readKeyChanges} gives them. */
  after(seq: number): Promise<readonly KeyChange[]>;
  /** Keys have changed: what was begun to be read before may lack it, and is given to nobody else. */
  news(): void;
}

/** With three intakes a change of a key was read nine times, at half of what the whole change cost. */
export function createChangeReader(db: ControlDb): ChangeReader {
  const underWay = new Map<number, Promise<readonly KeyChange[]>>();
  return {
    after(seq) {
      const known = underWay.get(seq);
      if (known !== undefined) return known;
      const read = readKeyChanges(db.orm, seq);
      underWay.set(seq, read);
      const forget = () => {
        if (underWay.get(seq) === read) underWay.delete(seq);
      };
      read.then(forget, forget);
      return read;
    },
    news: () => underWay.clear(),
  };
}
