-- Organizations, their projects and keys, the commit order of key changes, the audit log and reports of keys' use.
-- Rules of these files: numbered, never changed once released, every statement ends with ';' at the end of a line.

CREATE TABLE instance (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  epoch uuid NOT NULL,
  key_seq bigint NOT NULL DEFAULT 0,
  receipt_secret text NOT NULL,
  created_at timestamptz(3) NOT NULL
);

CREATE TABLE organizations (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL
);

CREATE TABLE projects (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organizations (id),
  name text NOT NULL,
  retention_days integer NOT NULL DEFAULT 30 CHECK (retention_days BETWEEN 1 AND 3650),
  quota_bytes_per_day bigint CHECK (quota_bytes_per_day > 0),
  quota_logs_per_day bigint CHECK (quota_logs_per_day > 0),
  created_at timestamptz(3) NOT NULL,
  deleted_at timestamptz(3)
);
CREATE INDEX projects_by_organization ON projects (organization_id, id);

CREATE TABLE public_keys (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organizations (id),
  project_id uuid NOT NULL REFERENCES projects (id),
  name text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('live', 'test')),
  hash text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
  key_prefix text NOT NULL,
  environment text,
  allowed_origins text[] NOT NULL DEFAULT '{}',
  rate_limit_per_minute integer CHECK (rate_limit_per_minute > 0),
  expires_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  created_by uuid,
  revoked_at timestamptz(3),
  last_used_at timestamptz(3),
  last_used_address text,
  last_used_user_agent text
);
CREATE INDEX public_keys_by_organization ON public_keys (organization_id, id);
CREATE INDEX public_keys_by_project ON public_keys (project_id);

CREATE TABLE secret_keys (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organizations (id),
  name text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('live', 'test')),
  hash text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
  key_prefix text NOT NULL,
  scopes text[] NOT NULL,
  allowed_origins text[] NOT NULL DEFAULT '{}',
  allow_browser boolean NOT NULL DEFAULT false,
  rate_limit_per_minute integer CHECK (rate_limit_per_minute > 0),
  expires_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  created_by uuid,
  revoked_at timestamptz(3),
  last_used_at timestamptz(3),
  last_used_address text,
  last_used_user_agent text
);
CREATE INDEX secret_keys_by_organization ON secret_keys (organization_id, id);

-- One row for each change of a public key, in commit order: seq is taken from instance.key_seq, whose row lock is held
-- until the commit, so whoever sees seq n sees all before it.
CREATE TABLE key_changes (
  seq bigint PRIMARY KEY,
  key_id uuid NOT NULL,
  changed_at timestamptz(3) NOT NULL
);
CREATE INDEX key_changes_by_time ON key_changes (changed_at);

CREATE TABLE audit_log (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES organizations (id),
  at timestamptz(3) NOT NULL,
  actor text NOT NULL CHECK (actor IN ('bootstrap', 'operator', 'secret_key')),
  actor_key_id uuid,
  action text NOT NULL,
  target_type text NOT NULL,
  target_id uuid NOT NULL,
  address text,
  user_agent text
);
CREATE INDEX audit_log_by_organization ON audit_log (organization_id, id);

-- What the intakes report of requests, per UTC day; accepted logs and bytes are asked of the log store.
CREATE TABLE key_usage_daily (
  day date NOT NULL,
  key_id uuid NOT NULL REFERENCES public_keys (id),
  requests bigint NOT NULL DEFAULT 0,
  limited bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (day, key_id)
);
CREATE TABLE key_rejections_daily (
  day date NOT NULL,
  key_id uuid NOT NULL REFERENCES public_keys (id),
  code text NOT NULL,
  logs bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (day, key_id, code)
);
