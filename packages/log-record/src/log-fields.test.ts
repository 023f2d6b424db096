import { describe, expect, it } from 'vitest';
import { SOURCE, storeLog } from './store-log.testing.ts';

describe('fields of a log', () => {
  it('has every documented one', () => {
    const log = {
      ...{ message: 'm', level: 'error', service: 's', environment: 'e', host: 'h', trace_id: 't', span_id: 'p' },
      ...{ timestamp: '2026-11-21T10:11:12.000000001Z', attributes: { a: 'b' } },
    };
    expect(storeLog(log)).toMatchObject({
      ...{ project_id: SOURCE.projectId, mode: 'live', key_id: SOURCE.keyId, expires_on: 20_808 },
      ...{
        timestamp: 1_795_255_872_000_000_001n,
        received_at: 1_795_255_872_345n,
        severity_number: 17,
        level: 'error',
      },
      ...{ message: 'm', service: 's', environment: 'e', host: 'h', trace_id: 't', span_id: 'p', event_name: '' },
      ...{ attributes: [['a', 'b']], bytes: 8, ordinal: 0 },
    });
  });

  it('has defaults for all but the message', () => {
    expect(storeLog({ message: '' })).toMatchObject({
      ...{ message: '', level: 'info', severity_number: 9, service: '', environment: 'staging', host: '' },
      ...{ trace_id: '', span_id: '', attributes: [], timestamp: 1_795_255_872_345_000_000n, bytes: 7 },
    });
  });

  it.each([
    ['message', ['msg', 'body', 'log'], 'text'],
    ['service', ['service.name', 'serviceName'], 'text'],
    ['host', ['hostname'], 'text'],
    ['trace_id', ['traceId'], 'text'],
    ['span_id', ['spanId'], 'text'],
    ['level', ['severity', 'severityText', 'lvl'], 'warn'],
  ])('%s has aliases %j', (name, aliases, text) => {
    for (const alias of aliases) {
      expect(storeLog({ message: 'm', ...(name === 'message' ? { message: null } : {}), [alias]: text })).toMatchObject(
        {
          [name]: text,
          attributes: [],
        },
      );
      // The canonical name wins, before or behind its alias; the loser is kept.
      const canonical = name === 'level' ? 'error' : 'winner';
      const kept = { [name]: canonical, attributes: [[`${name}#2`, text]] };
      expect(storeLog({ message: 'm', [alias]: text, [name]: canonical })).toMatchObject(kept);
      expect(storeLog({ message: 'm', [name]: canonical, [alias]: text })).toMatchObject(kept);
    }
  });

  it.each(['time', 'ts', '@timestamp'])('timestamp has alias %s', (alias) => {
    expect(storeLog({ message: 'm', [alias]: 1_700_000_000 })).toMatchObject({
      timestamp: 1_700_000_000_000_000_000n,
      attributes: [],
    });
    expect(storeLog({ message: 'm', [alias]: 'odd', timestamp: 1_700_000_000 })).toMatchObject({
      attributes: [['timestamp#2', 'odd']],
    });
  });

  it('keeps several losers apart, and from an attribute of that name', () => {
    const log = { message: 'a', msg: 'b', body: { c: 1 }, log: 'd', attributes: { 'message#2': 'x' } };
    expect(storeLog(log)).toMatchObject({
      message: 'a',
      attributes: [
        ['message#2', 'x'],
        ['message#3', 'b'],
        ['message#4.c', '1'],
        ['message#4', 'd'],
      ],
    });
  });

  it('stores what is no text as its JSON text; objects in place of a name as attributes', () => {
    expect(storeLog({ message: { a: [1, null] } })).toMatchObject({ message: '{"a":[1,null]}' });
    for (const message of [0, -1.5, true, false, [], {}])
      expect(storeLog({ message })).toMatchObject({ message: JSON.stringify(message) });
    expect(storeLog({ message: 'm', service: 7, host: ['a'], trace_id: true })).toMatchObject({
      service: '7',
      host: '["a"]',
      trace_id: 'true',
    });
    expect(storeLog({ message: 'm', service: { name: 'x', version: 2 } })).toMatchObject({
      service: '',
      attributes: [
        ['service.name', 'x'],
        ['service.version', '2'],
      ],
    });
  });

  it('tells levels by text and number, and keeps what it does not know', () => {
    expect(storeLog({ message: 'm', level: 50 })).toMatchObject({
      level: 'error',
      severity_number: 17,
      attributes: [],
    });
    expect(storeLog({ message: 'm', level: 4 })).toMatchObject({ level: 'warn', severity_number: 13 });
    expect(storeLog({ message: 'm', severityNumber: 18 })).toMatchObject({
      level: 'error',
      severity_number: 18,
      attributes: [],
    });
    expect(storeLog({ message: 'm', severityText: 'INFO', severity_number: 11 })).toMatchObject({
      level: 'info',
      severity_number: 11,
      attributes: [],
    });
    expect(storeLog({ message: 'm', level: 'loud' })).toMatchObject({
      level: 'info',
      severity_number: 9,
      attributes: [['level', 'loud']],
    });
    expect(storeLog({ message: 'm', level: 'loud', severityNumber: 21 })).toMatchObject({
      level: 'fatal',
      attributes: [['level', 'loud']],
    });
    expect(storeLog({ message: 'm', level: 'info', severityNumber: 21 })).toMatchObject({
      level: 'info',
      severity_number: 9,
      attributes: [['level#2', '21']],
    });
    expect(storeLog({ message: 'm', level: 'info', severityNumber: 99 })).toMatchObject({
      level: 'info',
      attributes: [['severityNumber', '99']],
    });
    expect(storeLog({ message: 'm', level: { a: 1 } })).toMatchObject({
      level: 'info',
      attributes: [['level.a', '1']],
    });
    expect(storeLog({ message: 'm', level: null })).toMatchObject({ level: 'info', attributes: [] });
  });
});

describe('events', () => {
  it('are logs with the name as event name and message', () => {
    const event = { name: 'signed up', timestamp: 1_700_000_000, level: 'warn', plan: 'pro', attributes: { a: 1 } };
    expect(storeLog(event, 'event')).toMatchObject({
      ...{ event_name: 'signed up', message: 'signed up', timestamp: 1_700_000_000_000_000_000n, level: 'warn' },
      attributes: [
        ['plan', 'pro'],
        ['a', '1'],
      ],
    });
  });

  it('keep a message as an attribute, and a log its name', () => {
    expect(storeLog({ name: 'n', message: 'm', body: 'b' }, 'event')).toMatchObject({
      message: 'n',
      attributes: [
        ['message', 'm'],
        ['body', 'b'],
      ],
    });
    expect(storeLog({ name: 'n', message: 'm' })).toMatchObject({
      message: 'm',
      event_name: '',
      attributes: [['name', 'n']],
    });
  });

  it.each([{}, { name: null }, { name: '' }, { message: 'm' }])('need a name: %j', (event) => {
    expect(storeLog(event, 'event')).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: expect.stringContaining('"name"'),
    });
  });
});
