// CPU seconds and memory of a process, from /proc (Linux, proc(5)).
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc/PID/stat: USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

function statFields(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** User and system seconds of one process, with those of its children that have ended. */
export function cpuSeconds(pid: number): number {
  return secondsOf(pid, 4);
}

/** The same without its children, for a supervisor whose services are watched themselves. */
export function ownCpuSeconds(pid: number): number {
  return secondsOf(pid, 2);
}

/** proc(5), /proc/PID/stat: utime, stime, cutime, cstime are the fields from the 14th on. */
function secondsOf(pid: number, fields: 2 | 4): number {
  let ticks = 0;
  for (const field of statFields(pid)?.slice(11, 11 + fields) ?? []) ticks += Number(field);
  return ticks / TICKS_PER_SECOND;
}

/** User and system seconds of each living thread, by its id. */
export function threadCpuSeconds(
  pid: number,
): ReadonlyMap<number, { readonly name: string; readonly seconds: number }> {
  const threads = new Map<number, { name: string; seconds: number }>();
  for (const id of threadIds(pid)) {
    try {
      const task = `/proc/${pid}/task/${id}`;
      // schedstat's first field is nanoseconds: a thread that wakes a hundred times a second for 20 us shows in no tick.
      const [onCpuNs] = readFileSync(`${task}/schedstat`, 'latin1').split(' ');
      threads.set(id, { name: readFileSync(`${task}/comm`, 'latin1').trim(), seconds: Number(onCpuNs) / 1e9 });
    } catch {
      // It has ended since it was listed.
    }
  }
  return threads;
}

function threadIds(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/** Largest resident size of one process so far, in MiB. */
export function peakMemoryMib(pid: number): number {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return Number(match?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Resident size of one process now, in MiB; 0 where it is gone. */
export function residentMib(pid: number): number {
  try {
    const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return Number(match?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
