-- Which API replicas are there now, which intakes follow each, and how far these have confirmed key changes.
-- Unlogged: each replica writes its row anew twice a second, so that after a crash of the server nothing of it is missed,
-- and these writes wait for no disk.

CREATE UNLOGGED TABLE api_replicas (
  id uuid PRIMARY KEY,
  version bigint NOT NULL,
  seen_at timestamptz(3) NOT NULL,
  intake_ids uuid[] NOT NULL,
  confirmed_seq bigint
);
