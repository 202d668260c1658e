import type { PackSummary } from './summary.ts';

/** What is in the pack, and how anybody verifies it with tools that every machine has. */
export function readmeText(summary: PackSummary): string {
  return `EVIDENCE PACK of incident ${summary.incident_id}
${summary.title}
Made ${summary.created_at}, signed with the key ${summary.audit.key_id}.

summary.pdf            what happened, who decided, what was paid: to be read
summary.json           the same figures
rows/*.ndjson          the rows, one a line: findings, plans, decisions, refunds, books, audit log
vat.ndjson             for every finding whether an invoice must be corrected, and why
manifest.json          every file with its rows, bytes and SHA-256
manifest.sig           Ed25519 over manifest.json, in base64
public-key.pem         the key; compare it with the one that the operator gave you by another road

Accounts and people who work here are ids. No names, addresses or bank details are in this pack.

TO VERIFY EVERYTHING, without a database:

  storno verify pack.zip --public-key operator.pem --checkpoint kept-elsewhere.ndjson

TO VERIFY BY HAND:

  unzip pack.zip -d pack && cd pack
  base64 -d manifest.sig > /tmp/manifest.bin
  openssl pkeyutl -verify -pubin -inkey operator.pem -rawin -in manifest.json -sigfile /tmp/manifest.bin
  jq -r '.files[] | "\\(.sha256)  \\(.name)"' manifest.json | sha256sum -c

docs/proof.md of Storno says what each file holds and how digests, seals and checkpoints are computed.
`;
}
