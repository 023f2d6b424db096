// Which peers can be measured on this machine, and why the others cannot.

import { floors } from './floors.ts';
import { findNginx } from './nginx.ts';
import { findOtelcols } from './otelcol.ts';
import { isLeftOut, isPeer, type LeftOut, type Peer } from './peer.ts';
import { sazabi } from './sazabi.ts';
import { findVictoriaLogs } from './victoria-logs.ts';

const LOKI: LeftOut = { name: 'Loki', reason: 'not built: it is under the AGPL' };

/**
 * Ours first.
 * @param chosen ids of peers; all where it is undefined
 * @param say tells of builds, which take minutes
 */
export function findPeers(
  chosen: readonly string[] | undefined,
  say: (line: string) => void,
): { readonly peers: readonly Peer[]; readonly leftOut: readonly LeftOut[] } {
  const wants = (prefix: string) => chosen === undefined || chosen.some((id) => id.startsWith(prefix));
  const found = [
    sazabi(),
    ...(wants('nginx') ? [findNginx()] : []),
    ...floors(),
    ...(wants('otelcol') ? findOtelcols(say) : []),
    ...(wants('victoria-logs') ? [findVictoriaLogs(say)] : []),
    ...(chosen === undefined ? [LOKI] : []),
  ];
  return {
    peers: found
      .filter(isPeer)
      .filter((peer) => peer.id === 'sazabi' || chosen === undefined || chosen.includes(peer.id)),
    leftOut: found.filter(isLeftOut),
  };
}
