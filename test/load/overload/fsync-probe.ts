// A process that appends 64 KiB to a file and syncs it, again and again, and tells how long each took: what the disk does meanwhile.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';

const BYTES = 64 * 1024;
const PAUSE_MS = 20;

const [path = ''] = process.argv.slice(2);
const file = openSync(path, 'w');
const bytes = Buffer.alloc(BYTES, 1);
process.on('disconnect', () => {
  closeSync(file);
  // Where the parent was ended by a signal, the folder may be gone before.
  rmSync(path, { force: true });
  process.exit(0);
});
const sync = () => {
  const startedMs = performance.now();
  writeSync(file, bytes, 0, BYTES, 0);
  fsyncSync(file);
  // Where the parent has let go meanwhile, what is sent is lost, and 'disconnect' comes next.
  process.send?.(performance.now() - startedMs, undefined, undefined, () => undefined);
  setTimeout(sync, PAUSE_MS);
};
sync();
