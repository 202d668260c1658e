import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { zipSync } from 'fflate';
import { MANIFEST_FILE } from '../../src/core/remedy/proof/pack.ts';
import type { Pack } from '../../src/flow/remedy/prove.ts';
import { bindZip } from '../../src/world/proof/zip.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { filesOf } from './forge.ts';
import { victims, writeIncident } from './incident.ts';
import { makePack, verifyBytes } from './pack.ts';
import { dice, makeSigner } from './tools.ts';

/** Seeded edits of a run in all; with STORNO_TAMPERS as many as it says. */
const EDITS = Number(process.env.STORNO_TAMPERS ?? '10000');
const SEED = Number(process.env.STORNO_SEED ?? '1');

const signer = makeSigner();
let database: TestDatabase;
let pack: Pack;

before(async () => {
  database = await freshDatabase();
  await writeIncident(database.admin, victims(9));
  pack = await makePack(database, signer);
});
after(() => database.close());

function isFound(bytes: Uint8Array): boolean {
  return verifyBytes(bytes, signer).some(({ passed }) => !passed);
}

type Edit = (bytes: Uint8Array, roll: (below: number) => number) => Uint8Array;

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

const EDIT_KINDS: Readonly<Record<string, Edit>> = {
  flip: (bytes, roll) => flipped(bytes, roll(bytes.length), roll(8)),
  delete: (bytes, roll) => {
    const from = roll(bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + roll(200))]);
  },
  insert: (bytes, roll) => {
    const at = roll(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), Uint8Array.from([roll(256)]), bytes.subarray(at)]);
  },
  truncate: (bytes, roll) => bytes.subarray(0, roll(bytes.length)),
  swap: (bytes, roll) => {
    const copy = Buffer.from(bytes);
    const [one, other] = [roll(bytes.length), roll(bytes.length)];
    [copy[one], copy[other]] = [copy[other] ?? 0, copy[one] ?? 0];
    return copy;
  },
};

test('edits of the bytes of a pack are all found', () => {
  const roll = dice(SEED);
  const kinds = Object.entries(EDIT_KINDS);
  for (let turn = 0; turn < EDITS / 2; turn += 1) {
    const [kind, edit] = kinds[roll(kinds.length)] ?? assert.fail();
    const edited = edit(pack.bytes, roll);
    if (Buffer.compare(edited, pack.bytes) === 0) continue;
    assert.ok(isFound(edited), `seed ${SEED}: ${kind} in turn ${turn} was not found`);
  }
});

const LINE_EDITS: Readonly<Record<string, (lines: string[], roll: (below: number) => number) => void>> = {
  remove: (lines, roll) => void lines.splice(roll(lines.length), 1),
  repeat: (lines, roll) => void lines.splice(roll(lines.length), 0, lines[roll(lines.length)] ?? ''),
  exchange: (lines, roll) => {
    const [one, other] = [roll(lines.length), roll(lines.length)];
    [lines[one], lines[other]] = [lines[other] ?? '', lines[one] ?? ''];
  },
  fork: (lines, roll) => {
    const at = roll(lines.length);
    lines.splice(
      at,
      0,
      (lines[at] ?? '').replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
    );
  },
  truncate: (lines, roll) => void lines.splice(roll(lines.length)),
};

test('edits of the files inside, bound again, are all found', () => {
  const roll = dice(SEED + 1);
  const files = filesOf(pack.bytes);
  const names = [...files.keys()].filter((name) => (files.get(name)?.length ?? 0) > 0);
  const kinds = Object.entries(LINE_EDITS);
  for (let turn = 0; turn < EDITS / 2; turn += 1) {
    const name = names[roll(names.length)] ?? assert.fail();
    const bytes = files.get(name) ?? assert.fail();
    const [kind, edited] = roll(2) === 0 ? ['flip', flipped(bytes, roll(bytes.length), roll(8))] : byLines(bytes);
    if (Buffer.compare(edited, bytes) === 0) continue;
    const forged = bindZip(new Map([...files, [name, edited]]));
    assert.ok(isFound(forged), `seed ${SEED}: ${kind} in ${name} in turn ${turn} was not found`);
  }
  function byLines(bytes: Uint8Array): readonly [string, Uint8Array] {
    const [kind, edit] = kinds[roll(kinds.length)] ?? assert.fail();
    const lines = Buffer.from(bytes).toString('latin1').split('\n');
    edit(lines, roll);
    return [kind, Buffer.from(lines.join('\n'), 'latin1')];
  }
});

test('every bit of the manifest, its signature and the end of the container counts', () => {
  const files = filesOf(pack.bytes);
  for (const name of ['manifest.sig', 'public-key.pem']) {
    const bytes = files.get(name) ?? assert.fail();
    for (let at = 0; at < 8 * bytes.length; at += 1) {
      const forged = bindZip(new Map([...files, [name, flipped(bytes, at >> 3, at & 7)]]));
      assert.ok(isFound(forged), `bit ${at} of ${name}`);
    }
  }
  for (let at = pack.bytes.length - 600; at < pack.bytes.length; at += 1) {
    assert.ok(isFound(flipped(pack.bytes, at, 0)), `byte ${at}`);
  }
});

function refusalOf(bytes: Uint8Array): string {
  const [first] = verifyBytes(bytes, signer);
  assert.equal(first?.passed, false);
  return first?.seen ?? '';
}

test('hostile containers are refused by name, within limits', () => {
  const files = Object.fromEntries(filesOf(pack.bytes));
  const bomb = zipSync({ ...files, 'rows/bomb.ndjson': new Uint8Array(50_000_000) }, { level: 9 });
  const before = process.memoryUsage().rss;
  assert.match(refusalOf(bomb), /is compressed; a pack is not/);
  assert.ok(process.memoryUsage().rss - before < 40_000_000, 'the bomb was opened');
  assert.match(refusalOf(zipSync({ ...files, '../../etc/passwd': new Uint8Array(1) }, { level: 0 })), /is named/);
  assert.match(refusalOf(zipSync({ ...files, '/etc/passwd': new Uint8Array(1) }, { level: 0 })), /is named/);
  assert.match(refusalOf(zipSync({ ...files, 'c:\\boot.ini': new Uint8Array(1) }, { level: 0 })), /is named/);
  assert.match(refusalOf(new Uint8Array(0)), /no ZIP/);
  assert.match(refusalOf(Buffer.from('%PDF-1.7')), /no ZIP/);
  assert.match(refusalOf(Buffer.concat([pack.bytes, Buffer.from('more')])), /something follows it/);
  assert.match(
    refusalOf(Buffer.concat([Buffer.from('#!/bin/sh\n'), pack.bytes])),
    /is named|no ZIP|damaged|no part of a pack/,
  );
  const many = Object.fromEntries(
    Array.from({ length: 101 }, (_, at) => [`f${'a'.repeat(at)}`.slice(0, 40) + at, new Uint8Array(1)]),
  );
  assert.match(refusalOf(zipSync(many, { level: 0 })), /101 files, a pack has at most 100/);
});

test('a container that names a file twice, claims huge sizes or counts without end is refused', () => {
  const files = filesOf(pack.bytes);
  const twin = bindZip(new Map([...files, ['manifesu.json', files.get(MANIFEST_FILE) ?? assert.fail()]]));
  const renamed = Buffer.from(
    Buffer.from(twin).toString('latin1').replaceAll('manifesu.json', MANIFEST_FILE),
    'latin1',
  );
  assert.match(refusalOf(renamed), /is there twice/);
  const huge = Buffer.from(pack.bytes);
  const entry = huge.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  huge.writeUInt32LE(0xfffffff0, entry + 20);
  huge.writeUInt32LE(0xfffffff0, entry + 24);
  assert.match(refusalOf(huge), /claims more bytes than there are/);
  const endless = Buffer.from(pack.bytes);
  endless.writeUInt16LE(0xffff, endless.length - 12);
  assert.match(refusalOf(endless), /65535 files/);
});
