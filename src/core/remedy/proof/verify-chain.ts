import {
  type AuditEntry,
  type ChainHead,
  EMPTY_CHAIN,
  SEAL_FORMAT,
  type Seal,
  sealText,
  type TextDigest,
} from './chain.ts';
import { CHECKPOINT_FORMAT, checkpointText, type SignedCheckpoint } from './checkpoint.ts';
import { addLeaf, type ByteDigest, EMPTY_TREE, type MerkleTree, rootOf } from './merkle.ts';

/** What core does not have itself. */
export interface ProofTools {
  readonly digest: TextDigest;
  readonly digestBytes: ByteDigest;
  /** Ed25519 by the key of this id among those that are trusted; false where there is none. */
  verify(signed: { readonly keyId: string; readonly text: string; readonly signature: string }): boolean;
}

/** A place of the chain; `entry` is null where it is another's and only its hash is shown. */
export interface Link {
  readonly seal: Seal;
  readonly entry: AuditEntry | null;
}

/** Faults that are told; beyond them only their count grows. */
const FAULTS_TOLD_MAX = 20;

/**
 * Walks along a chain, link by link, and says what is wrong with it. `start` is where the walk begins: the empty chain,
 * or the head that a checkpoint before it has named.
 */
export class ChainWalk {
  readonly faults: string[] = [];
  faultCount = 0;
  readonly #tools: ProofTools;
  readonly #due: SignedCheckpoint[];
  #head: ChainHead;
  #partFrom: number;
  #tree: MerkleTree = EMPTY_TREE;
  #covered = 0;

  constructor(tools: ProofTools, start: ChainHead, checkpoints: readonly SignedCheckpoint[]) {
    this.#tools = tools;
    this.#head = start;
    this.#partFrom = start.position + 1;
    this.#due = [...checkpoints].sort((one, other) => one.position - other.position);
  }

  get head(): ChainHead {
    return this.#head;
  }

  /** The last place that a checkpoint whose signature and hashes are right covers; 0 for none. */
  get covered(): number {
    return this.#covered;
  }

  take({ seal, entry }: Link): void {
    const { position, hash } = this.#head;
    if (seal.position !== position + 1) this.#tell(`place ${seal.position} follows place ${position}`);
    if (seal.prevHash !== hash) this.#tell(`place ${seal.position} does not follow the hash before it`);
    if (seal.formatVersion !== SEAL_FORMAT) this.#tell(`place ${seal.position} has the form ${seal.formatVersion}`);
    if (entry !== null) this.#compare(seal, entry);
    // Walks on from what is written, so that one fault is told once and not for every place after it.
    this.#head = { position: seal.position, hash: seal.hash };
    this.#tree = addLeaf(this.#tree, seal.hash, this.#tools.digestBytes);
    this.#reachCheckpoints();
  }

  /** The end of what there is: checkpoints that were not reached name places that are gone. */
  finish(): void {
    for (const { position } of this.#due.splice(0)) {
      this.#tell(`a checkpoint names place ${position}, the chain ends at ${this.#head.position}`);
    }
  }

  #compare(seal: Seal, entry: AuditEntry): void {
    if (entry.entryId !== seal.entryId) this.#tell(`place ${seal.position} is that of entry ${seal.entryId}`);
    if (this.#tools.digest(sealText(entry, seal.position, seal.prevHash)) === seal.hash) return;
    this.#tell(`entry ${entry.entryId} at place ${seal.position} is not what was sealed there`);
  }

  #reachCheckpoints(): void {
    let ended = false;
    for (let next = this.#due[0]; next !== undefined && next.position <= this.#head.position; next = this.#due[0]) {
      this.#due.shift();
      ended = this.#check(next) || ended;
    }
    if (!ended) return;
    this.#tree = EMPTY_TREE;
    this.#partFrom = this.#head.position + 1;
  }

  /** Whether a part ends here. */
  #check(checkpoint: SignedCheckpoint): boolean {
    const { position, hash } = this.#head;
    const said = `the checkpoint of place ${checkpoint.position}`;
    const before = this.faultCount;
    if (checkpoint.formatVersion !== CHECKPOINT_FORMAT) this.#tell(`${said} has the form ${checkpoint.formatVersion}`);
    if (checkpoint.position !== position) this.#tell(`${said} names a place that is missing`);
    else if (checkpoint.headHash !== hash) this.#tell(`${said} names another hash: the chain was rewritten`);
    if (checkpoint.fromPosition !== this.#partFrom) {
      this.#tell(`${said} begins at ${checkpoint.fromPosition}, the part before it ends at ${this.#partFrom - 1}`);
    } else if (rootOf(this.#tree, this.#tools.digestBytes) !== checkpoint.merkleRoot) {
      this.#tell(`${said} has another root`);
    }
    const { keyId, signature } = checkpoint;
    if (!this.#tools.verify({ keyId, signature, text: checkpointText(checkpoint) })) {
      this.#tell(`${said} is not signed by the key ${keyId}`);
    }
    if (this.faultCount === before) this.#covered = position;
    return true;
  }

  #tell(fault: string): void {
    this.faultCount += 1;
    if (this.faults.length < FAULTS_TOLD_MAX) this.faults.push(fault);
  }
}

/** The walk from the first place on. */
export function walkWhole(tools: ProofTools, checkpoints: readonly SignedCheckpoint[]): ChainWalk {
  return new ChainWalk(tools, EMPTY_CHAIN, checkpoints);
}
