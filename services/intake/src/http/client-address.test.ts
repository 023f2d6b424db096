import { describe, expect, it } from 'vitest';
import { createClientAddress } from './client-address.ts';

describe('client address', () => {
  const behind = createClientAddress(['10.0.0.0/8', '192.168.1.1', 'fd00::/8']);
  it.each([
    ['without proxies nothing is believed', createClientAddress([]), '10.0.0.1', '1.2.3.4', '10.0.0.1'],
    ['a stranger is not believed', behind, '8.8.8.8', '1.2.3.4', '8.8.8.8'],
    ['a proxy is', behind, '10.1.1.1', '1.2.3.4', '1.2.3.4'],
    ['what a client wrote itself is not', behind, '10.1.1.1', '6.6.6.6, 1.2.3.4, 192.168.1.1', '1.2.3.4'],
    ['a proxy alone', behind, '10.1.1.1', '', '10.1.1.1'],
    ['nonsense', behind, '10.1.1.1', 'not an address', '10.1.1.1'],
    ['IPv6', behind, 'fd00::1', '2001:db8::7', '2001:db8::7'],
  ])('%s', (_name, addressOf, peer, header, expected) => {
    expect(addressOf(peer, header)).toBe(expected);
  });

  it.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::1/129'])('%s is no entry', (entry) => {
    expect(() => createClientAddress([entry])).toThrow(RangeError);
  });
});
