// Where the next record goes and whether there is room for it: offsets, the bound of what is kept, deletion of consumed.
import { BusError, type Offset } from '../bus.ts';
import type { Store } from './environment.ts';
import { committedPosition } from './position.ts';
import { createReclaimer, type ReclaimSettings } from './reclaim.ts';
import type { RecordKey } from './record-key.ts';
import { firstRecord, lastRecord } from './records.ts';

/** Values above about half a page lie on pages of their own; smaller ones share pages. */
const PAGE_BYTES = 4096;
const INLINE_BYTES_MAX = 1900;
const ENTRY_BYTES = 48;

/** The producer's view of what the store holds and will hold once its writes under way are committed. */
export interface Space {
  /** Takes the next offset and `sizeBytes` of room. Call {@link giveBack} when the write has failed. */
  claim(sizeBytes: number): RecordKey;
  giveBack(sizeBytes: number): void;
  fits(sizeBytes: number): boolean;
  /** Deletes consumed records until the record fits. @throws BusError 'full' when those not consumed leave no room */
  makeRoom(sizeBytes: number): Promise<void>;
  /** Begins anew with the store as it is, after someone else has appended: what was claimed is forgotten. */
  restart(): void;
  /** Deletes what need not be kept any longer. */
  reclaim(): Promise<void>;
  /** Whether a record of ordinary size would be taken now. */
  hasRoom(): boolean;
}

/** Disk bytes that a frame takes, near enough to bound the file by them. */
export function storedBytes(frameBytes: number): number {
  if (frameBytes <= INLINE_BYTES_MAX) return frameBytes + ENTRY_BYTES;
  return Math.ceil((frameBytes + ENTRY_BYTES) / PAGE_BYTES) * PAGE_BYTES;
}

/** @param nowMs a monotonic clock */
export function createSpace(records: Store, positions: Store, settings: ReclaimSettings, nowMs: () => number): Space {
  const reclaimer = createReclaimer(records, positions, settings, nowMs);
  const tail = tailOf(records, positions);
  /** A store once used always has a record (the newest stays), so this is where an unused one begins. */
  const firstBytes = tail.bytes;
  const earliestBytes = () => firstRecord(records, 0)?.startBytes ?? firstBytes;
  let keptFromBytes = earliestBytes();

  const fits = (sizeBytes: number) => tail.bytes - keptFromBytes + sizeBytes <= settings.bytesMax;
  const reclaim = async (sizeBytes: number) => {
    await reclaimer.run(tail.bytes + sizeBytes);
    keptFromBytes = earliestBytes();
  };
  return {
    claim(sizeBytes) {
      const key = { offset: tail.offset, startBytes: tail.bytes, sizeBytes, appendedAtMs: Date.now() };
      tail.offset += 1;
      tail.bytes += sizeBytes;
      return key;
    },
    giveBack(sizeBytes) {
      tail.bytes -= sizeBytes;
    },
    fits,
    async makeRoom(sizeBytes) {
      await reclaim(sizeBytes);
      // The newest record stays although it is consumed (offsets go on from it); it never keeps the next one out.
      const allConsumed = (committedPosition(positions) ?? 0) >= tail.offset;
      if (!fits(sizeBytes) && !allConsumed) {
        throw new BusError(
          'full',
          `The bus in ${records.path} holds the ${settings.bytesMax} bytes that it may, not consumed yet: see why its consumer stands still.`,
        );
      }
    },
    restart() {
      Object.assign(tail, tailOf(records, positions));
      keptFromBytes = earliestBytes();
    },
    reclaim: () => reclaim(0),
    hasRoom() {
      const waitingFromBytes = firstRecord(records, committedPosition(positions) ?? 0)?.startBytes ?? tail.bytes;
      return tail.bytes - waitingFromBytes + PAGE_BYTES <= settings.bytesMax;
    },
  };
}

/**
 * Where the next record goes: behind the newest, and never in front of the committed position, which would hide it (the
 * records' folder was deleted or set back to an older copy, the position's was not). A new store begins at a number made
 * from the time, so that offsets of a deleted bus do not come again.
 */
function tailOf(records: Store, positions: Store): { offset: Offset; bytes: number } {
  const last = lastRecord(records);
  const behindNewest = last === null ? Date.now() * 1000 : last.offset + 1;
  return {
    offset: Math.max(behindNewest, committedPosition(positions) ?? 0),
    bytes: last === null ? 0 : last.startBytes + last.sizeBytes,
  };
}
