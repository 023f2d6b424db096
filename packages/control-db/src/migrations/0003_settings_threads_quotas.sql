-- An organization's settings, what keys were rotated into, what is hidden of a project's logs, threads with their messages, what the audit log says of a
-- change, refused requests beside rejected logs, and how much of a project's daily quota each intake has used.

ALTER TABLE organizations
  ADD COLUMN default_retention_days integer NOT NULL DEFAULT 30 CHECK (default_retention_days BETWEEN 1 AND 3650),
  ADD COLUMN default_public_rate_limit_per_minute integer DEFAULT 1000 CHECK (default_public_rate_limit_per_minute > 0),
  ADD COLUMN default_secret_rate_limit_per_minute integer DEFAULT 1000 CHECK (default_secret_rate_limit_per_minute > 0);

-- replaced_by: the key that a key was rotated into.
ALTER TABLE public_keys ADD COLUMN replaced_by uuid;
ALTER TABLE secret_keys ADD COLUMN replaced_by uuid;

-- hidden_before: logs received before it are never seen again. A change of the retention moves it to where the retention
-- ended that held until then, so that a longer one brings nothing back.
-- purged_at: when the store was last cleared of what is hidden; null since the last change of that.
ALTER TABLE projects
  ADD COLUMN hidden_before timestamptz(3),
  ADD COLUMN purged_at timestamptz(3);

-- changes: {field: [before, after]}; target_name as it was then.
ALTER TABLE audit_log
  ADD COLUMN target_name text,
  ADD COLUMN changes jsonb;
CREATE INDEX audit_log_by_target ON audit_log (organization_id, target_id, id);

ALTER TABLE key_rejections_daily
  ADD COLUMN requests bigint NOT NULL DEFAULT 0;
-- Usage is read for the keys of an organization, over many days.
CREATE INDEX key_usage_daily_by_key ON key_usage_daily (key_id, day);
CREATE INDEX key_rejections_daily_by_key ON key_rejections_daily (key_id, day);

-- Absolute counts of one run of one intake: written again they change nothing.
CREATE TABLE quota_use (
  day date NOT NULL,
  project_id uuid NOT NULL REFERENCES projects (id),
  intake_id uuid NOT NULL,
  logs bigint NOT NULL,
  bytes bigint NOT NULL,
  PRIMARY KEY (day, project_id, intake_id)
);

-- query: json, as a search may hold characters that jsonb refuses (NUL). message_count is moved with each message, which
-- bounds them without counting.
CREATE TABLE threads (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organizations (id),
  title text NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'resolved')),
  query json,
  message_count integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL,
  created_by uuid NOT NULL,
  updated_at timestamptz(3) NOT NULL
);
CREATE INDEX threads_by_organization ON threads (organization_id, id);

CREATE TABLE thread_messages (
  id uuid PRIMARY KEY,
  thread_id uuid NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
  body text NOT NULL,
  log_ids text[] NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL,
  created_by uuid NOT NULL
);
CREATE INDEX thread_messages_by_thread ON thread_messages (thread_id, id);
