// What may be taken away from the protocol or from the store, to show that the model notices.

/**
 * `answer-is-proof`: what an answered insert held is taken for stored, without the second look-up.
 * `token-is-extent`: the token names the insert's first and last record.
 * `no-session-check`: an insert is taken whatever has happened since its look-up.
 * `no-cut`: a range goes on where a request id that is not stored comes in a second record.
 * `tombstone-token`: a tombstone has a token of its own.
 * `tokens-outlive-sessions`: that a token was found spent is remembered in later sessions.
 * `look-up-lags`: a look-up may miss what has just landed (a replica that is behind).
 * `tokens-forgotten`: the store takes a second insert under a token at any time.
 * `partial-insert`: an insert cut off by a crash may leave some of a record's rows.
 */
export const ABLATIONS = [
  'answer-is-proof',
  'token-is-extent',
  'no-session-check',
  'no-cut',
  'tombstone-token',
  'tokens-outlive-sessions',
  'look-up-lags',
  'tokens-forgotten',
  'partial-insert',
] as const;

export type Ablation = (typeof ABLATIONS)[number] | 'none';
