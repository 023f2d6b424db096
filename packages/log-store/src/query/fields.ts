// Fields of the API as columns and map values of the table.
import { LOG_LEVEL_NAMES, type LogColumnField, type LogField } from '@sazabi/contract';
import { LOG_ID } from './log-id.ts';
import { bound, type Sql, sql } from './sql.ts';

/** What a field is in SQL. */
export interface FieldSql {
  /** As the API shows it. */
  readonly text: Sql;
  /** Whether the row has it. Columns keep no difference between none and an empty text: empty is none. */
  readonly exists: Sql;
  /** A number that orders rows by this field when it is compared with a number; NULL where its text is none. */
  readonly number: Sql;
  /** For times: the column itself, so that the primary key is used. */
  readonly time?: Sql;
  /** For levels: their rank by severity. */
  readonly rank?: Sql;
}

const ALWAYS = sql`true`;
const ATTRIBUTE_PREFIX = 'attributes.';
const LEVELS = bound('Array(String)', LOG_LEVEL_NAMES);

const COLUMNS: Readonly<Record<LogColumnField, FieldSql>> = {
  id: textField(LOG_ID, ALWAYS),
  projectId: textField(sql`toString(project_id)`, ALWAYS),
  timestamp: timeField(sql`timestamp`),
  receivedAt: timeField(sql`received_at`),
  level: { ...textField(sql`level`, ALWAYS), rank: sql`indexOf(${LEVELS}, level)` },
  severityNumber: { text: sql`toString(severity_number)`, exists: ALWAYS, number: sql`severity_number` },
  service: optionalColumn(sql`service`),
  environment: optionalColumn(sql`environment`),
  host: optionalColumn(sql`host`),
  message: textField(sql`message`, ALWAYS),
  traceId: optionalColumn(sql`trace_id`),
  spanId: optionalColumn(sql`span_id`),
  eventName: optionalColumn(sql`event_name`),
  keyId: optionalColumn(sql`key_id`),
};

/** mapContains() finds no empty key among keys of LowCardinality: they are looked through one by one. */
const EMPTY_KEY = textField(
  sql`arrayFirst((value, key) -> key = '', mapValues(attributes), mapKeys(attributes))`,
  sql`arrayExists(key -> key = '', mapKeys(attributes))`,
);

/** The SQL of a field; an attribute's key is a bound value. */
export function fieldSql(field: LogField): FieldSql {
  if (!isAttribute(field)) return COLUMNS[field];
  if (field === ATTRIBUTE_PREFIX) return EMPTY_KEY;
  const key = bound('String', field.slice(ATTRIBUTE_PREFIX.length));
  return textField(sql`attributes[${key}]`, sql`mapContains(attributes, ${key})`);
}

function isAttribute(field: LogField): field is `attributes.${string}` {
  return field.startsWith(ATTRIBUTE_PREFIX);
}

function optionalColumn(column: Sql): FieldSql {
  return textField(column, sql`${column} != ''`);
}

function textField(text: Sql, exists: Sql): FieldSql {
  return { text, exists, number: sql`toFloat64OrNull(toString(${text}))` };
}

/** ISO 8601 with the column's digits: ClickHouse's own text has a space and no zone. */
function timeField(column: Sql): FieldSql {
  return {
    text: sql`concat(replaceOne(toString(${column}), ' ', 'T'), 'Z')`,
    exists: ALWAYS,
    number: sql`toUnixTimestamp64Nano(${column})`,
    time: column,
  };
}
