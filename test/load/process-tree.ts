// CPU seconds and memory of a process and all that it has started, from /proc (Linux, proc(5)).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpuSeconds, peakMemoryMib } from '@sazabi/load/process-cost';

/** The process and its living descendants. */
export function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const parent = /^\d+$/.test(entry) ? parentOf(entry) : null;
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** User and system seconds of the tree, with those of its processes that have ended and were waited for. */
export const treeCpuSeconds = (root: number): number =>
  processTree(root).reduce((sum, pid) => sum + cpuSeconds(pid), 0);

/** Sum of the largest resident sizes since `forgetPeakMemory`, in MiB. */
export const treePeakMemoryMib = (root: number): number =>
  processTree(root).reduce((sum, pid) => sum + peakMemoryMib(pid), 0);

/** Begins the peaks anew: 5 in clear_refs sets VmHWM to what is resident now. */
export function forgetPeakMemory(root: number): void {
  for (const pid of processTree(root)) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
    } catch {
      // It has ended, or the kernel does not do this: then the peak is that since its start.
    }
  }
}

function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
