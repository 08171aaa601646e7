import type { Knex } from 'knex';

// Later migrations only add (expand); what the version before still uses goes one release later (contract):
// during a rolling change both run on the same tables.
const up = (knex: Knex): Promise<unknown> => knex.raw(`
  CREATE TABLE items (
    id uuid PRIMARY KEY,
    key text CONSTRAINT items_key_unique UNIQUE,
    name text NOT NULL,
    description text,
    -- json, not jsonb: it is handed back as it came, and jsonb stores no \\u0000.
    data json,
    status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'processing', 'processed')),
    processed_count integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
  ) WITH (fillfactor = 85);

  -- No foreign key: a job is the record of what was accepted and outlives its item.
  CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    type text NOT NULL,
    item_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'retrying', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    error text,
    request_id text,
    traceparent text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    finished_at timestamptz(3)
  ) WITH (fillfactor = 85);
  CREATE INDEX jobs_not_done ON jobs (state, id) WHERE state <> 'done';

  -- A row is a message that the broker has not confirmed yet; it goes when it has.
  CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id uuid NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now()
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

  CREATE TABLE idempotency_keys (
    key text NOT NULL,
    operation text NOT NULL,
    request_hash text NOT NULL,
    status integer,
    headers jsonb,
    body text,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (key, operation)
  );
  CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
`);

const down = (): Promise<never> => Promise.reject(new Error('the first migration is not undone: it would drop all data'));

export const itemsJobsOutbox: Knex.Migration = { up, down };
