// Paths that are given to a command of this folder: relative ones are meant from where npm was called.
import { resolve } from 'node:path';

export function fromCaller(path: string): string {
  // npm runs the command in this folder and tells where it was called itself.
  return resolve(process.env.INIT_CWD ?? '.', path);
}
