-- room: how many keys of this type the organization may make before they are counted again; below 0: to be counted now.
-- full_until: it had as many as it may have when they were counted, and is not counted again before this time.
CREATE TABLE key_room (
  organization_id uuid NOT NULL REFERENCES organizations (id),
  type text NOT NULL CHECK (type IN ('public', 'secret')),
  room integer NOT NULL,
  full_until timestamptz(3),
  PRIMARY KEY (organization_id, type)
);
