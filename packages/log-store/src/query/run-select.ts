// Runs one select with its limits; what ClickHouse or the connection say becomes an error of the contract.
import { type ClickHouseClient, ClickHouseError, type ClickHouseSettings } from '@clickhouse/client';
import { ContractError } from '@sazabi/contract';
import { render, type Sql } from './sql.ts';

/** Seconds of one query; the reader's profile allows no more. */
export const EXECUTION_SECONDS_MAX = 30;
const RETRY_AFTER_SECONDS = 1;

export interface QueryOptions {
  /** Ends the query at the server when its asker has gone. */
  readonly signal?: AbortSignal;
  /** For tests; default the clock. */
  readonly nowMs?: number;
}

/** What is set for every select. */
const SETTINGS: ClickHouseSettings = {
  max_execution_time: EXECUTION_SECONDS_MAX,
  // Of a cluster, a subquery over all shards is asked once and its answer sent to each of them.
  distributed_product_mode: 'global',
  // Indices are looked at before reading, not by threads of their own meanwhile: 2 of 22 CPU-ms of the latest 100.
  use_skip_indexes_on_data_read: 0,
};

const MEMORY_LIMIT = '241';
/** ClickHouse's codes for a limit that the query itself ran into. */
const LIMITS: Readonly<Record<string, string>> = {
  158: 'it would read too many rows',
  159: `it ran longer than ${EXECUTION_SECONDS_MAX} s`,
  160: `it would run longer than ${EXECUTION_SECONDS_MAX} s`,
  [MEMORY_LIMIT]: 'it needs more memory than one query may take',
  307: 'it would read too many bytes',
  396: 'its result is too large',
};
/**
 * Too many queries at once, tables being started or stopped, a full disk or too many parts for what is written (243, 252); of a
 * cluster also a shard that does not answer (32, 198, 209, 210, 279) or has lost its Keeper (225, 999): gone in a moment, or
 * when an operator mends it. An embedded engine that has lost a write says so by 395 (failed-writes.ts), and is started anew for it.
 */
const BUSY = new Set([
  '32',
  '198',
  '202',
  '203',
  '209',
  '210',
  '225',
  '236',
  '242',
  '243',
  '252',
  '279',
  '395',
  '425',
  '999',
]);
/** The store is there, but not set up yet: the consumer's migrations make database and tables. */
const NOT_SET_UP = new Set(['60', '81']);

/**
 * The rows of a select in JSONEachRow, in order, as they arrive; ending the iteration ends the query.
 * @param settings of ClickHouse, for this one
 * @throws ContractError QUERY_TIMEOUT which limit, SERVICE_UNAVAILABLE where the store cannot be reached
 */
export async function* runSelect<Row>(
  client: ClickHouseClient,
  select: Sql,
  options: QueryOptions,
  settings: ClickHouseSettings = {},
): AsyncGenerator<{ row: Row; text: string }> {
  try {
    const result = await ask(client, select, options, settings).catch((error: unknown) => {
      if (options.signal?.aborted === true || !isUnanswered(error)) throw error;
      return ask(client, select, options, settings);
    });
    for await (const rows of result.stream<Row>()) {
      for (const row of rows) yield { row: row.json(), text: row.text };
    }
  } catch (error) {
    throw asContractError(error);
  }
}

function ask(client: ClickHouseClient, select: Sql, { signal }: QueryOptions, settings: ClickHouseSettings) {
  return client.query({
    ...render(select),
    format: 'JSONEachRow',
    // Parameters of many filters would make a URL that servers refuse; then they go in the body.
    use_multipart_params_auto: true,
    clickhouse_settings: { ...SETTINGS, ...settings },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
}

/** A connection that was refused, or closed without a word: an idle one that a server has given up looks like this. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ClickHouseError) return false;
  const code = 'code' in error ? error.code : undefined;
  return code === 'ECONNREFUSED' || code === 'ECONNRESET';
}

/** What ClickHouse's web server refuses before it is a query: number and kind, and then words that may quote a value. */
const OF_WEB_SERVER = /^Poco::Exception\. Code: (\d+), e\.code\(\) = -?\d+, ([A-Za-z ]+)/;

/** The error to answer with; an unexpected one as it is, with a code for the log where it came without. */
export function asContractError(error: unknown): unknown {
  if (error instanceof ContractError) return error;
  if (error instanceof ClickHouseError) return fromClickHouse(error);
  if (isConnectionFailure(error)) return unavailable(error);
  const [, number, kind] = (error instanceof Error && OF_WEB_SERVER.exec(error.message)) || [];
  return kind === undefined ? error : Object.assign(Object(error), { code: `${number} ${kind}` });
}

function fromClickHouse(error: ClickHouseError): unknown {
  const limit = LIMITS[error.code];
  if (limit !== undefined) {
    const message = `The query was stopped: ${limit}. Ask for a shorter time range or a narrower selection.`;
    return withCause(new ContractError('QUERY_TIMEOUT', message), error);
  }
  return BUSY.has(error.code) || NOT_SET_UP.has(error.code) ? unavailable(error) : error;
}

/** In ClickHouse's words for the limit of the whole server (src/Common/MemoryTracker.cpp), of this version and earlier ones. */
const OF_WHOLE_SERVER = /\(total\) memory limit|memory limit \(total\)/i;

/** Whether an error of {@link runSelect} is that the query took more memory than one may: not that the store, with all it does, did. */
export function metMemoryLimit(error: unknown): boolean {
  if (!(error instanceof ContractError && error.cause instanceof ClickHouseError)) return false;
  return error.cause.code === MEMORY_LIMIT && !OF_WHOLE_SERVER.test(error.cause.message);
}

function unavailable(cause: unknown): ContractError {
  const message = 'The log store cannot be reached at the moment. Please retry.';
  return withCause(
    new ContractError('SERVICE_UNAVAILABLE', message, {}, { retryAfterSeconds: RETRY_AFTER_SECONDS }),
    cause,
  );
}

/** For the one log line of it; never part of the answer. */
function withCause(error: ContractError, cause: unknown): ContractError {
  error.cause = cause;
  return error;
}

/** Socket errors have Node's codes; the client's own time-out and broken answers have none. */
function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    /^E[A-Z]+$|^ERR_STREAM_PREMATURE_CLOSE$/.test(code) || /timeout error|socket hang up|aborted/i.test(error.message)
  );
}
