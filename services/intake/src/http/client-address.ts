// Where a request came from: the peer's address, or what trusted proxies say in X-Forwarded-For.
import { BlockList, isIP } from 'node:net';

/** Decides over a peer's address and its X-Forwarded-For header ('' = none). */
export type ClientAddress = (peer: string, forwardedFor: string) => string;

/**
 * Believes X-Forwarded-For only as far as it was written by proxies of the list (addresses or networks as `10.0.0.0/8`):
 * read from the right, the first address that is not theirs is the client's.
 * @throws RangeError for an entry that is neither
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return (peer) => peer;
  const trusted = blockListOf(trustedProxies);
  return (peer, forwardedFor) => {
    let client = peer;
    const hops = forwardedFor.split(',').map((hop) => hop.trim());
    while (isTrusted(trusted, client)) {
      const hop = hops.pop();
      if (hop === undefined || isIP(hop) === 0) return client;
      client = hop;
    }
    return client;
  };
}

function isTrusted(trusted: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && trusted.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

function blockListOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [network = '', prefix, ...rest] = entry.split('/');
    const version = isIP(network);
    const bits = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
    if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix ?? '0') || bits > (version === 4 ? 32 : 128))
      throw new RangeError(`"${entry}" is neither an address nor a network such as 10.0.0.0/8`);
    list.addSubnet(network, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
