// Logs as an OTLP export request, in both of its encodings. The messages are those of opentelemetry-proto,
// collector/logs/v1/logs_service.proto, with the fields that these logs have and no others.

import type { GeneratedLog } from '@sazabi/load/log-generator';
import protobuf from 'protobufjs';

const SCHEMA = `
syntax = "proto3";
message ExportLogsServiceRequest { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; }
message Scope { string name = 1; }
message LogRecord {
  fixed64 time_unix_nano = 1;
  int32 severity_number = 2;
  string severity_text = 3;
  AnyValue body = 5;
  repeated KeyValue attributes = 6;
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; } }
`;
const requestType = protobuf.parse(SCHEMA).root.lookupType('ExportLogsServiceRequest');

/** The first of each four numbers of opentelemetry-proto's SeverityNumber. */
const SEVERITY_NUMBERS: Readonly<Record<string, number>> = { debug: 5, info: 9, warn: 13, error: 17 };
const NANOSECONDS_PER_MS = 1_000_000n;

export const otlpJson = (logs: readonly GeneratedLog[]): Buffer => Buffer.from(JSON.stringify(requestOf(logs)));

export const otlpProtobuf = (logs: readonly GeneratedLog[]): Buffer =>
  Buffer.from(requestType.encode(requestType.fromObject(requestOf(logs))).finish());

/** In OTLP's JSON form; one resource for each service, as an SDK in each would have. */
function requestOf(logs: readonly GeneratedLog[]) {
  const byService = Map.groupBy(logs, (log) => log.service);
  return {
    resourceLogs: [...byService].map(([service, ofService]) => ({
      resource: { attributes: [keyValue(['service.name', service])] },
      scopeLogs: [{ scope: { name: 'load' }, logRecords: ofService.map(recordOf) }],
    })),
  };
}

const recordOf = (log: GeneratedLog) => ({
  timeUnixNano: String(BigInt(Date.parse(log.timestamp)) * NANOSECONDS_PER_MS),
  severityNumber: SEVERITY_NUMBERS[log.level] ?? 0,
  severityText: log.level.toUpperCase(),
  body: { stringValue: log.message },
  attributes: Object.entries(log.attributes).map(keyValue),
});

const keyValue = ([key, stringValue]: readonly [string, string]) => ({ key, value: { stringValue } });
