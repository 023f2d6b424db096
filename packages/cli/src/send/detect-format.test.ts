import { describe, expect, it } from 'vitest';
import { detectFormat } from './detect-format.ts';

describe('format of an input', () => {
  it.each([
    ['text', ''],
    ['text', 'Jan 31 12:00:00 host app: started'],
    ['text', '[2026-01-31T12:00:00Z] INFO started\n[2026-01-31T12:00:01Z] INFO done\n'],
    ['text', '[error] [client 10.0.0.1] refused'],
    ['text', '["a"]'],
    ['text', '{not json}'],
    ['ndjson', '{"message":"a"}\n{"message":"b"}\n'],
    ['ndjson', '{"message":"one only"}'],
    ['ndjson', '{}\n'],
    ['ndjson', '{"message":"broken\n{"message":"b"}\n'],
    ['ndjson', '\ufeff  {"message":"a"}\n'],
    ['json', '[{"message":"a"}]'],
    ['json', '[]'],
    ['json', '\n[\n  {\n    "message": "a"\n  }\n]\n'],
    ['json', '{\n  "message": "a"\n}\n'],
    ['json', '{"message":\n"a"}'],
  ])('%s: %j', (format, head) => {
    expect(detectFormat(Buffer.from(head))).toBe(format);
  });
});
