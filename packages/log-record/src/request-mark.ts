// Where a block stood when a request began, so that all of its rows can be taken back.
import { cutAttributes } from './attribute-column.ts';
import type { BlockState } from './block-state.ts';
import { cutDictionary } from './dictionary.ts';
import { cutStringColumn } from './string-column.ts';

export interface RequestMark {
  rows: number;
  ownRows: number;
  logBytes: number;
  messageBytes: number;
  traceIdBytes: number;
  spanIdBytes: number;
  attributes: number;
  valueBytes: number;
  attributeKeys: number;
  services: number;
  environments: number;
  hosts: number;
  eventNames: number;
}

export function createRequestMark(): RequestMark {
  return {
    rows: 0,
    ownRows: 0,
    logBytes: 0,
    messageBytes: 0,
    traceIdBytes: 0,
    spanIdBytes: 0,
    attributes: 0,
    valueBytes: 0,
    attributeKeys: 0,
    services: 0,
    environments: 0,
    hosts: 0,
    eventNames: 0,
  };
}

/** Remembers where the block stands. */
export function markRequest(state: BlockState): void {
  const { mark, attributes } = state;
  mark.rows = state.rowCount;
  mark.ownRows = state.ownRowCount;
  mark.logBytes = state.logBytes;
  mark.messageBytes = state.message.length;
  mark.traceIdBytes = state.traceId.length;
  mark.spanIdBytes = state.spanId.length;
  mark.attributes = attributes.count;
  mark.valueBytes = attributes.values.length;
  mark.attributeKeys = attributes.keys.count;
  mark.services = state.service.count;
  mark.environments = state.environment.count;
  mark.hosts = state.host.count;
  mark.eventNames = state.eventName.count;
}

/** Takes back what was appended since. */
export function dropToMark(state: BlockState): void {
  const { mark } = state;
  state.rowCount = mark.rows;
  state.ownRowCount = mark.ownRows;
  state.logBytes = mark.logBytes;
  cutStringColumn(state.message, mark.messageBytes);
  cutStringColumn(state.traceId, mark.traceIdBytes);
  cutStringColumn(state.spanId, mark.spanIdBytes);
  cutAttributes(state.attributes, mark.attributes, mark.valueBytes, mark.attributeKeys);
  cutStringColumn(state.attributes.values, mark.valueBytes);
  cutDictionary(state.service, mark.services);
  cutDictionary(state.environment, mark.environments);
  cutDictionary(state.host, mark.hosts);
  cutDictionary(state.eventName, mark.eventNames);
}
