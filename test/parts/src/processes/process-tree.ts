// Which processes a server consists of, from /proc where there is one, else from ps. Zombies do not count.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

/** The process and all below it, as far as they live. */
export function processTree(root: number): readonly number[] {
  const entries = livingProcesses();
  const members = new Set(entries.some(({ pid }) => pid === root) ? [root] : []);
  for (let size = -1; size !== members.size; ) {
    size = members.size;
    for (const { pid, parent } of entries) if (members.has(parent)) members.add(pid);
  }
  return [...members];
}

/** Those of the processes that live. */
export function livingOf(pids: readonly number[]): readonly number[] {
  const living = new Set(livingProcesses().map(({ pid }) => pid));
  return pids.filter((pid) => living.has(pid));
}

function livingProcesses(): readonly ProcessEntry[] {
  const all = process.platform === 'linux' ? entriesOfProc() : entriesOfPs();
  return all.filter(({ state }) => !/^[ZX]/.test(state));
}

function entriesOfProc(): readonly ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // proc(5): behind the name in brackets come state and parent.
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(name), parent: Number(parent), state }];
      } catch {
        return [];
      }
    });
}

function entriesOfPs(): readonly ProcessEntry[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return pid === undefined || parent === undefined || state === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), state }];
  });
}
