// The engine inside this process: libchdb.so, called as clickhouse-local with a query that keeps its HTTP port open.
import { DataType, load, open } from 'ffi-rs';
import { COMPRESSION_ARGUMENTS } from '../config/compression.ts';
import { LISTEN_HOST } from '../limits.ts';
import type { StartEngine } from './messages.ts';

const LIBRARY = 'chdb';

/**
 * `SYSTEM START LISTEN` is clickhouse-local's official way to serve; the port is served while a query runs, so one that
 * never ends follows (a row a second; killed by its id at a stop).
 */
const KEEP_LISTENING =
  'SELECT sleepEachRow(1) FROM system.numbers SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0 FORMAT Null';

/**
 * Runs the engine on a thread of its own until its keep-alive query ends; this thread's event loop stays free for IPC,
 * signals and probes. Resolves with what the engine says went wrong, '' for nothing.
 */
export async function runEngine(start: StartEngine, keepAliveQueryId: string): Promise<string> {
  open({ library: LIBRARY, path: start.libraryPath });
  // The host decides about signals: without this the engine takes SIGTERM for itself.
  load({
    library: LIBRARY,
    funcName: 'chdb_set_signal_handlers_enabled',
    retType: DataType.Void,
    paramsType: [DataType.I32],
    paramsValue: [0],
  });
  const args = [
    'clickhouse-local',
    ...['--config-file', start.configFile],
    ...['--path', start.dataFolder],
    ...['--listen_host', LISTEN_HOST],
    ...['--http_port', String(start.port)],
    ...['--query_id', keepAliveQueryId],
    ...['--query', `SYSTEM START LISTEN HTTP; ${start.listenTcp ? 'SYSTEM START LISTEN TCP; ' : ''}${KEEP_LISTENING}`],
    ...(start.mergesByZstd ? ['--', ...COMPRESSION_ARGUMENTS] : []),
  ];
  const result = await load({
    library: LIBRARY,
    funcName: 'chdb_query_cmdline',
    retType: DataType.External,
    paramsType: [DataType.I32, DataType.StringArray],
    paramsValue: [args.length, args],
    runInNewThread: true,
  });
  const error = {
    library: LIBRARY,
    funcName: 'chdb_result_error',
    paramsType: [DataType.External],
    paramsValue: [result],
  };
  const hasError = load({ ...error, retType: DataType.I64 }) !== 0; // a null pointer: no error
  return hasError ? load({ ...error, retType: DataType.String }) : '';
}
