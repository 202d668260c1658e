import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../../../core/kernel/assert.ts';
import { type Change, type EngineState, emptyState, TABLES, type TableName } from './engine/state.ts';

/**
 * The sandbox's memory on disk: a snapshot and a log of what was written since. A change is durable when `append`
 * resolves: requests that wait at the same time share one write. A kill at any moment loses nothing that was
 * acknowledged; a last line that was torn was never acknowledged and is dropped.
 *
 * `state.json` names its log; a new pair is complete before the rename that puts it in place.
 */
export interface SandboxStore {
  append(changes: readonly Change[]): Promise<void>;
  close(): Promise<void>;
}

interface Snapshot {
  readonly log: number;
  readonly state: EngineState;
}

export interface OpenedStore {
  readonly store: SandboxStore;
  readonly state: EngineState;
}

/** Opens the folder, or begins it with an empty state of that salt. The log of former runs is folded in. */
export async function openStore(folder: string, salt: string): Promise<OpenedStore> {
  mkdirSync(folder, { recursive: true });
  const old = readSnapshot(folder) ?? { log: 0, state: emptyState(salt) };
  const state = replay(old.state, readLog(logPath(folder, old.log)));
  const log = old.log + 1;
  const handle = await open(logPath(folder, log), 'w');
  writeSnapshot(folder, { log, state });
  rmSync(logPath(folder, old.log), { force: true });
  return { store: new LogStore(handle), state };
}

/** For a sandbox that forgets. */
export const NO_STORE: SandboxStore = { append: async () => {}, close: async () => {} };

class LogStore implements SandboxStore {
  readonly #handle: FileHandle;
  #waiting: string[] = [];
  /** The write that will carry what waits now. */
  #next: Promise<void> | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  append(changes: readonly Change[]): Promise<void> {
    if (changes.length > 0) this.#waiting.push(`${JSON.stringify(changes)}\n`);
    this.#next ??= this.#running.then(() => this.#write());
    return this.#next;
  }

  async close(): Promise<void> {
    await this.append([]);
    await this.#handle.close();
  }

  #write(): Promise<void> {
    const lines = this.#waiting.join('');
    this.#waiting = [];
    this.#next = null;
    this.#running = lines === '' ? Promise.resolve() : this.#flush(lines);
    return this.#running;
  }

  async #flush(lines: string): Promise<void> {
    await this.#handle.appendFile(lines);
    await this.#handle.datasync();
  }
}

const logPath = (folder: string, log: number): string => join(folder, `log-${log}.ndjson`);

function readSnapshot(folder: string): Snapshot | null {
  const text = readIfThere(join(folder, 'state.json'));
  if (text === null) return null;
  const snapshot = JSON.parse(text) as Snapshot;
  assert(snapshot.state.format === 1, `${folder} was written by another version of the sandbox; use a new folder`);
  return snapshot;
}

/** The changes of a log, without the line that a kill tore. */
function readLog(path: string): readonly Change[] {
  const lines = (readIfThere(path) ?? '').split('\n');
  lines.pop();
  return lines.flatMap((line) => JSON.parse(line) as Change[]);
}

function replay(state: EngineState, changes: readonly Change[]): EngineState {
  if (changes.length === 0) return state;
  const maps = new Map<TableName, Map<string, unknown>>();
  for (const name of TABLES) maps.set(name, new Map<string, unknown>(state.tables[name]));
  for (const [table, key, row] of changes) {
    if (row === null) maps.get(table)?.delete(key);
    else maps.get(table)?.set(key, row);
  }
  const tables = Object.fromEntries([...maps].map(([name, rows]) => [name, [...rows]]));
  return { format: 1, tables } as unknown as EngineState;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function writeSnapshot(folder: string, snapshot: Snapshot): void {
  const path = join(folder, 'state.json');
  const draft = `${path}.draft`;
  const file = openSync(draft, 'w');
  writeSync(file, JSON.stringify(snapshot));
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
}
