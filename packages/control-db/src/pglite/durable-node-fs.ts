// PGlite's folder on disk, with fsync. As it comes, PGlite never syncs: Emscripten's NODEFS has no fsync, and PGlite
// starts Postgres with -F. A commit that only the page cache knows survives kill -9, but not a power cut.
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/**
 * Postgres's flags without -F. `wal_sync_method=fsync`, as Emscripten answers fdatasync (the default) itself, without
 * asking the file system.
 */
export const DURABLE_START_PARAMS: string[] = [
  ...PGlite.defaultStartParams.filter((flag) => flag !== '-F'),
  '-c',
  'wal_sync_method=fsync',
];

/** The parts of Emscripten's NODEFS that we touch (`src/lib/libnodefs.js`). */
interface NodeFsModule {
  NODEFS: {
    stream_ops: { fsync?: (stream: NodeStream) => number };
    realPath(node: unknown): string;
  };
}
interface NodeStream {
  /** The file's descriptor; a folder's stream has none. */
  readonly nfd?: number;
  readonly node: unknown;
}

/** The file system of `folder` for PGlite, whose fsync reaches the disk, for files and folders. */
export function durableNodeFs(folder: string): NodeFS {
  const fileSystem = new NodeFS(folder);
  const init = fileSystem.init.bind(fileSystem);
  fileSystem.init = (pglite, options) =>
    init(pglite, {
      ...options,
      preRun: [...(options.preRun ?? []), (module: unknown) => addFsync(module as NodeFsModule)],
    });
  return fileSystem;
}

function addFsync({ NODEFS: nodeFs }: NodeFsModule): void {
  nodeFs.stream_ops.fsync = (stream) => {
    const descriptor = stream.nfd ?? openSync(nodeFs.realPath(stream.node), 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      if (stream.nfd === undefined) closeSync(descriptor);
    }
    return 0;
  };
}
