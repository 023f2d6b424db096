import { describe, expect, it } from 'vitest';
import { allowedOriginProblem, originAllowed } from './allowed-origin.ts';

const LIST = [
  'https://app.example.org',
  'https://*.example.com',
  'https://*.example.net:8443',
  'http://localhost:3000',
];

describe('allowed origins', () => {
  it.each([
    'https://app.example.org',
    'HTTPS://App.Example.org',
    'https://a.example.com',
    'https://a.b.c.example.com',
    'https://a.example.net:8443',
    'http://localhost:3000',
  ])('%s may', (origin) => {
    expect(originAllowed(origin, LIST)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'null',
    'https://example.com',
    'https://.example.com',
    'https://evil-example.com',
    'https://evil.example.com.evil.org',
    'https://evil.org/.example.com',
    'https://evil.org?.example.com',
    'https://evil.org#.example.com',
    'https://user@x.example.com',
    'https://evil.org:80.example.com',
    'https://a..example.com',
    'http://a.example.com',
    'https://a.example.com:8443',
    'https://a.example.net',
    'https://app.example.org.evil.org',
    'https://app.example.org:443',
    'http://localhost:3001',
    'https://*.example.com/',
  ])('%s may not', (origin) => {
    expect(originAllowed(origin, LIST)).toBe(false);
  });

  it('an empty list allows anything, a request without an origin too', () => {
    expect(originAllowed('https://evil.org', [])).toBe(true);
    expect(originAllowed(undefined, [])).toBe(true);
  });

  it('only origins as browsers send them, and https wildcards, may be put into a list', () => {
    for (const origin of LIST) expect(allowedOriginProblem(origin)).toBeNull();
    for (const origin of [
      '*',
      'null',
      'example.com',
      'https://example.com/',
      'https://example.com:443',
      'https://EXAMPLE.com',
      'http://*.example.com',
      'https://*.*.example.com',
      'https://a.*.example.com',
      'https://*example.com',
      'https://*.',
      'https://*.example.com/path',
      'ftp://example.com',
      'javascript:alert(1)',
    ])
      expect([origin, allowedOriginProblem(origin)]).toEqual([origin, expect.stringMatching(/^must be an origin/)]);
  });

  it('a wildcard for a whole top-level domain may not, and is told why', () => {
    for (const origin of ['https://*.com', 'https://*.com:8443', 'https://*.com.', 'https://*.localhost'])
      expect([origin, allowedOriginProblem(origin)]).toEqual([origin, expect.stringContaining('top-level domain')]);
    expect(allowedOriginProblem('http://localhost')).toBeNull();
  });
});
