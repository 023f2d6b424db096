// What went wrong at the brokers, told apart by what can be done about it.
import { BusError } from '../bus.ts';

/**
 * `stale`: what is known of leaders and coordinators may be old, ask anew. `silent`: no answer came, the connection may lead
 * nowhere. `fenced`: the group goes on without this member. `rebalancing`: the group is being formed anew, join it.
 * `refused`: an operator must change something. `too-large`: never will be taken. `other`: try again.
 */
export type KafkaFailure =
  | 'stale'
  | 'silent'
  | 'fenced'
  | 'rebalancing'
  | 'refused'
  | 'too-large'
  | 'no-topic'
  | 'topic-exists'
  | 'out-of-range'
  | 'other';

/** By the names of the protocol's error codes (https://kafka.apache.org/protocol#protocol_error_codes) as the client spells them. */
const BY_TYPE: ReadonlyMap<string, KafkaFailure> = new Map<string, KafkaFailure>([
  ['MESSAGE_TOO_LARGE', 'too-large'],
  ['RECORD_LIST_TOO_LARGE', 'too-large'],
  ['OFFSET_OUT_OF_RANGE', 'out-of-range'],
  ['UNKNOWN_TOPIC_OR_PARTITION', 'no-topic'],
  ['TOPIC_ALREADY_EXISTS', 'topic-exists'],
  ['TOPIC_AUTHORIZATION_FAILED', 'refused'],
  ['GROUP_AUTHORIZATION_FAILED', 'refused'],
  ['CLUSTER_AUTHORIZATION_FAILED', 'refused'],
  ['SASL_AUTHENTICATION_FAILED', 'refused'],
  ['UNSUPPORTED_SASL_MECHANISM', 'refused'],
  ['INVALID_REPLICATION_FACTOR', 'refused'],
  ['INVALID_PARTITIONS', 'refused'],
  ['INVALID_CONFIG', 'refused'],
  ['POLICY_VIOLATION', 'refused'],
  ['INCONSISTENT_GROUP_PROTOCOL', 'refused'],
  ['INVALID_SESSION_TIMEOUT', 'refused'],
  ['UNKNOWN_MEMBER_ID', 'fenced'],
  ['ILLEGAL_GENERATION', 'fenced'],
  ['FENCED_INSTANCE_ID', 'fenced'],
  ['REBALANCE_IN_PROGRESS', 'rebalancing'],
]);

/** What TLS says of a certificate that is not trusted, expired or of another host, and of a peer that speaks no TLS. */
const TLS_CODE = /CERT|SIGNED|SELF_SIGNED|UNABLE_TO|^ERR_SSL|^ERR_TLS|^EPROTO/;

const OF_CONNECTION = /^KafkaJS(Connection|RequestTimeout|LockTimeout|BrokerNotFound)/;

interface Failed {
  readonly name: string;
  readonly message: string;
  readonly type: string | null;
  readonly code: string | null;
  readonly broker: string | null;
}

/** What kind of failure a rejected request is. */
export function kafkaFailure(error: unknown): KafkaFailure {
  const { name, type, code } = rootOf(error);
  if (type !== null) return BY_TYPE.get(type) ?? 'stale';
  if (name === 'KafkaJSSASLAuthenticationError') return 'refused';
  if (code !== null && TLS_CODE.test(code)) return 'refused';
  if (name === 'KafkaJSRequestTimeoutError') return 'silent';
  if (name === 'TypeError' || name === 'RangeError') return 'other';
  return 'stale';
}

/** Whether it is about a connection or a broker as a whole, not about what one partition holds or who leads it. */
export function isOfConnection(error: unknown): boolean {
  const { name, type, code } = rootOf(error);
  return type === null && (code !== null || OF_CONNECTION.test(name));
}

/** The address `host:port` that a 'silent' failure waited for, or null where it is not told. */
export function silentBroker(error: unknown): string | null {
  return rootOf(error).broker;
}

/** The partition that an 'out-of-range' is about. */
export function partitionOf(error: unknown): number | null {
  return error instanceof Error && 'partition' in error && typeof error.partition === 'number' ? error.partition : null;
}

/**
 * The failure as the bus tells it, in one line without a secret: `doing` says what was tried.
 * @param brokers their addresses, as configured
 */
export function busErrorOf(error: unknown, doing: string, brokers: readonly string[]): BusError {
  if (error instanceof BusError) return error;
  const { message, type, code, name } = rootOf(error);
  const failure = kafkaFailure(error);
  const where = `Kafka at ${brokers.join(', ')}`;
  const detail = [type ?? code, oneLine(message)].filter((part) => part !== null && part !== '').join(': ');
  if (failure === 'too-large') return new BusError('too-large', `${where} takes no record of this size (${detail}).`);
  if (name === 'KafkaJSSASLAuthenticationError' || type?.includes('SASL'))
    return new BusError('unavailable', `${where} refused the user or the password (KAFKA_SASL_*): ${detail}`);
  if (code !== null && TLS_CODE.test(code))
    return new BusError('unavailable', `${where} could not be trusted (KAFKA_TLS_*): ${detail}`);
  const hint = name === 'KafkaJSConnectionClosedError' ? ' (does it expect KAFKA_TLS or KAFKA_SASL_*?)' : '';
  return new BusError('unavailable', `${where} failed, ${doing}: ${detail}${hint}`, { cause: error });
}

/** The client wraps errors in errors of its own; the innermost says what happened. */
function rootOf(error: unknown): Failed {
  let root = error;
  for (let inner: unknown = root; inner !== undefined; inner = innerOf(root)) root = inner;
  const text = (field: string): string | null => {
    const value: unknown = root instanceof Error ? Object.getOwnPropertyDescriptor(root, field)?.value : undefined;
    return typeof value === 'string' ? value : null;
  };
  return {
    name: root instanceof Error ? root.name : '',
    message: root instanceof Error ? root.message : String(root),
    type: text('type'),
    code: text('code'),
    broker: text('broker'),
  };
}

/** What an error wraps: its cause, or the first of several where a request was about several things (ours are about one). */
function innerOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  if (error.cause instanceof Error) return error.cause;
  return 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
}

function oneLine(message: string): string {
  return message.replaceAll(/\s+/g, ' ').slice(0, 300);
}
