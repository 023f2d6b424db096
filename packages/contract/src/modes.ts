// Modes keep a team's live data and its tests apart: each key has one, and sees only rows of its own.

export const MODES = ['live', 'test'] as const;
export type Mode = (typeof MODES)[number];
