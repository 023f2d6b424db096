// Which processes live, from /proc where there is one.
import { readdirSync, readFileSync } from 'node:fs';

const KIB_PER_MIB = 1024;

/** Whether a process of the group lives. Zombies that nobody waits for (a container without an init) do not count. */
export function groupIsAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && isLivingMember(entry, group));
}

/** Whether the process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  if (process.platform === 'linux') return statOf(String(pid)) !== null;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Resident memory of the process in MiB; 0 where it is gone. */
export function residentMib(pid: number): number {
  try {
    const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return Number(match?.[1] ?? 0) / KIB_PER_MIB;
  } catch {
    return 0;
  }
}

function isLivingMember(pid: string, group: number): boolean {
  return Number(statOf(pid)?.group) === group;
}

/** proc(5), /proc/<pid>/stat: behind the name in brackets come state, parent and group. Null for a zombie and for none. */
function statOf(pid: string): { readonly group: string | undefined } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : { group };
  } catch {
    return null;
  }
}
