// The supervisor's deadlines and pauses, each with its reason.
import { STOP_DEADLINE_MS } from '@sazabi/lifecycle';

/** A part that had been ready comes back after this pause; with a Node process's own 60 ms still within 200 ms. */
export const RESTART_PAUSE_MS = 50;

/** A part that dies before it is ready: the pause doubles from here … */
export const BACKOFF_FIRST_MS = 100;
/** … to here: an operator who mends the cause should not wait long. */
export const BACKOFF_MAX_MS = 5_000;

/** At the very first start a part that dies without a reason to mend is tried this often, then the start has failed. */
export const FIRST_START_ATTEMPTS_MAX = 3;

/** A part's own deadline comes first; this one is for a part that cannot act any more. */
export const PART_STOP_DEADLINE_MS = STOP_DEADLINE_MS + 500;

/** Four parts, one after the other, each with its own deadline. */
export const WHOLE_STOP_DEADLINE_MS = 4 * PART_STOP_DEADLINE_MS + 1_000;

/** How long a start waits for the parts of a killed predecessor: their own stop deadline and some. */
export const PREDECESSOR_DEADLINE_MS = STOP_DEADLINE_MS + 5_000;

/** The start goes on without a consumer or a key snapshot after this time, with a warning: logs are taken all the same. */
export const SETTLE_DEADLINE_MS = 10_000;

/** How often a condition of another process (it is gone, it is ready) is looked at. */
export const POLL_MS = 25;

/** A longer line of a part's output is cut: nothing of ours writes such lines. */
export const LINE_CHARACTERS_MAX = 64 * 1024;

/** What a part writes past its log is told together: so long after its first line … */
export const RAW_GATHER_MS = 250;
/** … and then once in so long. LMDB was seen to write ten lines a second while its disk is full. */
export const RAW_QUIET_MS = 60_000;
/** Of that, the last lines of so many characters are told, all counted: a crash's trace of V8 is thirty lines. */
export const RAW_LINES_KEPT = 30;
export const RAW_LINE_CHARACTERS_MAX = 300;

/** Lines kept of a part's output, to say why it died before it was ready. */
export const LAST_LINES_KEPT = 30;

/** How long the last lines of a part that ended are waited for. */
export const LAST_WORDS_MS = 500;
