-- Who decided what, in an order that nobody can change unseen. An entry is written in the transaction that it tells
-- of; a sealer gives it its place in a chain of hashes afterwards; a checkpoint, signed, says how far the chain
-- reaches, and a copy of it lies elsewhere (docs/proof.md).

-- One row is something that was decided or done. `payload` holds ids, sums and digests, never personal data.
-- The identity gives no order: transactions commit in another order than they drew their numbers.
create table storno.audit_entry (
  entry_id bigint generated always as identity,
  -- Whose it is, empty where it concerns nobody's account alone.
  account_id text not null check (length(account_id) <= 100),
  incident_id text check (length(incident_id) between 1 and 100),
  -- To the millisecond, as the program's clock says it.
  happened_at timestamptz not null,
  -- A person who works here; `operator` where a command cannot know him; `storno` where nobody decided.
  actor storno.id not null,
  action text not null check (length(action) <= 100 and action ~ '^[a-z][a-z_]*([.][a-z][a-z_]*)+$'),
  subject storno.text_1_to_500 not null,
  payload jsonb not null check (jsonb_typeof(payload) = 'object' and length(payload::text) <= 20000),
  constraint audit_entry_pkey primary key (entry_id)
);

create index audit_entry_incident on storno.audit_entry (incident_id, happened_at, entry_id)
  where incident_id is not null;

-- One row is the place of an entry in the chain: places are 1, 2, 3, … `hash` is the SHA-256 over the entry, its place
-- and the hash before (core/remedy/proof/chain.ts).
create table storno.audit_seal (
  position bigint not null check (position >= 1),
  entry_id bigint not null,
  format_version storno.ordinal not null,
  prev_hash storno.digest not null,
  hash storno.digest not null,
  constraint audit_seal_pkey primary key (position),
  constraint audit_seal_entry_once unique (entry_id),
  constraint audit_seal_entry_fkey foreign key (entry_id) references storno.audit_entry (entry_id),
  -- The chain never forks: one seal at most follows another.
  constraint audit_seal_follows_once unique (prev_hash)
);

-- One row says, signed, that the chain has so many places, ends in this hash, and that its last part has this root.
create table storno.audit_checkpoint (
  position bigint not null check (position >= 1),
  -- The first place of the part over which the root is built; the checkpoint before ends one earlier.
  from_position bigint not null,
  format_version storno.ordinal not null,
  head_hash storno.digest not null,
  -- RFC 6962, section 2.1, over the hashes of the part.
  merkle_root storno.digest not null,
  signed_at timestamptz not null,
  key_id storno.text_1_to_50 not null,
  -- Ed25519, PEM; whoever verifies has it from elsewhere.
  public_key storno.text_1_to_500 not null,
  -- Base64.
  signature storno.text_1_to_500 not null,
  constraint audit_checkpoint_pkey primary key (position),
  constraint audit_checkpoint_part check (from_position between 1 and position),
  constraint audit_checkpoint_from_once unique (from_position)
);

call storno.protect(array['audit_entry', 'audit_seal', 'audit_checkpoint'], array[]::text[]);

grant select on storno.audit_entry, storno.audit_seal, storno.audit_checkpoint
  to storno_api, storno_worker, storno_auditor, storno_support;
grant insert (account_id, incident_id, happened_at, actor, action, subject, payload) on storno.audit_entry
  to storno_api, storno_worker;
grant insert on storno.audit_seal, storno.audit_checkpoint to storno_worker;
