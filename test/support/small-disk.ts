// A folder on a file system of its own that is small (tmpfs), and can be filled up and given room again.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(65_536, 1);

export interface SmallDisk {
  readonly folder: string;
  /** Writes until nothing more can be written. */
  fill(): void;
  /** Deletes what filled it. */
  makeRoom(): void;
  remove(): void;
}

/** Whether this user may mount file systems: root on Linux, outside of most containers. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-mount-'));
  const can = mount(folder, 1);
  if (can) unmount(folder);
  rmSync(folder, { recursive: true });
  return can;
}

/** @throws Error where it cannot be mounted */
export function createSmallDisk(mebibytes: number): SmallDisk {
  const root = mkdtempSync(join(tmpdir(), 'sazabi-disk-'));
  if (!mount(root, mebibytes)) throw new Error('A tmpfs cannot be mounted: root is needed.');
  const filler = join(root, 'filler');
  return {
    folder: join(root, 'data'),
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (;;) writeSync(file, CHUNK);
      } catch (error) {
        if (Object(error).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(filler, { force: true }),
    remove() {
      unmount(root);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const mount = (folder: string, mebibytes: number): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder]).status === 0;

const unmount = (folder: string) => spawnSync('umount', ['-l', folder]);
