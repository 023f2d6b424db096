// The columns of table `logs` in the order of the Native block: one list for the writer, the DDL and the insert statement.

export const LOG_COLUMNS = [
  { name: 'project_id', type: 'UUID' },
  { name: 'mode', type: 'LowCardinality(String)' },
  { name: 'timestamp', type: "DateTime64(9, 'UTC')" },
  { name: 'received_at', type: "DateTime64(3, 'UTC')" },
  { name: 'expires_on', type: 'Date' },
  { name: 'severity_number', type: 'UInt8' },
  { name: 'level', type: 'LowCardinality(String)' },
  { name: 'service', type: 'LowCardinality(String)' },
  { name: 'environment', type: 'LowCardinality(String)' },
  { name: 'host', type: 'LowCardinality(String)' },
  { name: 'message', type: 'String' },
  { name: 'event_name', type: 'LowCardinality(String)' },
  { name: 'trace_id', type: 'String' },
  { name: 'span_id', type: 'String' },
  { name: 'attributes', type: 'Map(LowCardinality(String), String)' },
  { name: 'key_id', type: 'LowCardinality(String)' },
  /**
   * UTF-8 bytes of all text that is stored of the log: message, service, environment, host, event name, trace and span id,
   * attribute keys and values. What usage counts, and what the limit of a log holds.
   */
  { name: 'bytes', type: 'UInt32' },
  { name: 'batch_id', type: 'UUID' },
  { name: 'ordinal', type: 'UInt32' },
] as const;

export type LogColumnName = (typeof LOG_COLUMNS)[number]['name'];
