// The two OTLP encodings are of one request. The bytes were read by the Collector's own pdata, which found in them what it found in
// the JSON; so it did for a thousand generated logs.
import { expect, it } from 'vitest';
import { otlpJson, otlpProtobuf } from './otlp.ts';

const LOG = {
  message: 'hé',
  level: 'warn',
  service: 'cart',
  timestamp: '2026-11-30T18:00:00.001Z',
  attributes: { region: 'eu' },
};

it('protobuf is what the Collector reads', () => {
  expect(otlpProtobuf([LOG]).toString('hex')).toBe(
    '0a4e0a180a160a0c736572766963652e6e616d6512060a046361727412320a060a046c6f61641228094082c75e82e4ec18100d' +
      '1a045741524e2a050a0368c3a9320e0a06726567696f6e12040a026575',
  );
});

it('JSON has one resource for each service, and nanoseconds and numbers of severity', () => {
  const request = JSON.parse(otlpJson([LOG, { ...LOG, service: 'pricing' }, LOG]).toString());
  expect(request.resourceLogs).toHaveLength(2);
  expect(request.resourceLogs[0].scopeLogs[0].logRecords).toHaveLength(2);
  expect(request.resourceLogs[0].scopeLogs[0].logRecords[0]).toEqual({
    timeUnixNano: '1796061600001000000',
    severityNumber: 13,
    severityText: 'WARN',
    body: { stringValue: 'hé' },
    attributes: [{ key: 'region', value: { stringValue: 'eu' } }],
  });
});
