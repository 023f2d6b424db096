// Ends a server and deletes its data when the test process is gone, however it went: SIGKILL runs no handler of ours.
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Reads lines of process ids, each replaces the one before; at the end of its input it ends those processes and deletes the folder.
 * The first try is the signal that lets a server clean up, after 5 s comes SIGKILL; stopped processes must be woken to hear either.
 * Some may have ended by themselves since, as that of a connection does: kill tells of several that it failed where one is gone.
 */
const SCRIPT = `
  pids=
  while read -r line; do pids=$line; done
  lives() { for pid in $pids; do kill -0 $pid && return; done; false; }
  tries=0
  while lives && [ $tries -lt 100 ]; do
    if [ $tries -eq 0 ]; then kill -"$2" $pids; kill -CONT $pids; fi
    if [ $tries -eq 50 ]; then kill -KILL $pids; fi
    tries=$((tries + 1))
    sleep 0.1
  done 2>/dev/null
  rm -rf -- "$1"
`;

export interface Watchdog {
  /** The processes that are to end with the test process, a group by its number below zero; replaces those told before. */
  watch(pids: readonly number[]): void;
  /** Ends the processes and deletes the folder now. */
  end(): void;
}

/** Starts it: one sh, in a group of its own so that no Ctrl-C reaches it. The pipe to it closes when this process ends. */
export function startWatchdog(folder: string, stopSignal: NodeJS.Signals): Watchdog {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', folder, stopSignal.slice('SIG'.length)], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  const { stdin } = child;
  if (stdin instanceof Socket) stdin.unref();
  stdin.on('error', () => undefined);
  return {
    watch: (pids) => void stdin.write(`${pids.join(' ')}\n`),
    end: () => void stdin.end(),
  };
}
