// The embedded ClickHouse as a part: the same port and passwords at each restart, so that its clients find it again.
import { type EmbeddedClickHouseOptions, EngineStartError, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { StartupError } from '@sazabi/lifecycle';
import { type Part, PartEndedError } from './part.ts';

/** The engine's `details` hold no passwords; its URLs are made before it starts. */
export function enginePart(options: EmbeddedClickHouseOptions): Part {
  return {
    name: 'engine',
    async start({ stopping, spawned }) {
      const engine = await startEmbeddedClickHouse(options).catch((error: unknown) => {
        if (error instanceof EngineStartError) throw new StartupError(error.message, { cause: error });
        throw error;
      });
      spawned(engine.pid);
      if (stopping.aborted) {
        await engine.stop();
        throw new PartEndedError('told to stop');
      }
      return {
        pid: engine.pid,
        details: { appUrl: engine.appUrl, readerUrl: engine.readerUrl },
        died: engine.died,
        setAside: engine.setAside,
        stop: () => engine.stop(),
      };
    },
  };
}
