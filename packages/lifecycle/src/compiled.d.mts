/** Keeps what was loaded until now at once, for a program that may be killed: else it is kept at the exit. */
export function keepCompiled(): void;
