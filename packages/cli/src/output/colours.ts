// Whether a stream shows colours: a terminal does, unless the environment says otherwise.

/** The variables that have a say, see https://no-color.org and https://force-color.org. */
export interface ColourEnvironment {
  readonly NO_COLOR?: string | undefined;
  readonly FORCE_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
}

/** FORCE_COLOR wins (0 and false: none), then NO_COLOR, then what the terminal is. */
export function hasColours(isTerminal: boolean, { NO_COLOR, FORCE_COLOR, TERM }: ColourEnvironment): boolean {
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return isTerminal && TERM !== 'dumb';
}
