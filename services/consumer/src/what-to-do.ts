// What an operator reads while the consumer waits: a line that says what to do, where there is something.

/** By the code of an ingest failure, of those that only an operator ends. */
const OPERATORS: Readonly<Record<string, string>> = {
  '243 NOT_ENOUGH_SPACE':
    'The disk of the log store is full: logs wait on the bus. Free space there (the embedded one keeps 64 MiB free); no restart is needed.',
};

/** @param otherwise what is said of any other code */
export function whatToDo(code: string, otherwise: string): string {
  return OPERATORS[code] ?? otherwise;
}
