// Reads what `strace -f -o FILE` writes: calls in the order of their ends, those cut in two by another thread joined again.

export interface StraceCall {
  readonly name: string;
  /** Arguments as strace shows them. */
  readonly text: string;
  /** The returned number; null where the call never came back. */
  readonly result: number | null;
  /** Places in the trace: line numbers, from 0. */
  readonly begins: number;
  readonly ends: number;
}

const WHOLE = /^(\d+)\s+(\w+)\((.*)\)\s+=\s+(-?\d+)/s;
const UNFINISHED = /^(\d+)\s+(\w+)\((.*)<unfinished \.\.\.>$/s;
const RESUMED = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)\)\s+=\s+(-?\d+)/s;

/** The finished calls of all threads. */
export function parseStrace(trace: string): readonly StraceCall[] {
  const calls: StraceCall[] = [];
  const open = new Map<string, { readonly text: string; readonly begins: number }>();
  for (const [line, text] of trace.split('\n').entries()) {
    const whole = WHOLE.exec(text);
    const unfinished = UNFINISHED.exec(text);
    const resumed = RESUMED.exec(text);
    if (whole !== null) {
      const [, , name = '', shown = '', result] = whole;
      calls.push({ name, text: shown, result: Number(result), begins: line, ends: line });
    } else if (unfinished !== null) {
      const [, thread = '', name = '', shown = ''] = unfinished;
      open.set(`${thread} ${name}`, { text: shown, begins: line });
    } else if (resumed !== null) {
      const [, thread = '', name = '', shown = '', result] = resumed;
      const begun = open.get(`${thread} ${name}`);
      open.delete(`${thread} ${name}`);
      calls.push({
        name,
        text: `${begun?.text ?? ''}${shown}`,
        result: Number(result),
        begins: begun?.begins ?? line,
        ends: line,
      });
    }
  }
  return calls;
}
