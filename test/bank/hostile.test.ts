/** Files that want to harm: each is refused by name, within limits of time and memory. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBankFile, readBankFileAt } from '../../src/world/bank/read-bank-file.ts';
import { bytesOf, camt } from './camt.ts';

const GOOD = camt({ opening: '10.00', closing: '12.50', entries: [{ amount: '2.50', side: 'CRDT', bankRef: 'R1' }] });

async function check(bytes: Uint8Array, kind: string): Promise<void> {
  const started = process.cpuUsage();
  const read = await readBankFile(bytes);
  const { user, system } = process.cpuUsage(started);
  assert.equal(read.ok ? 'read' : read.error.kind, kind);
  if (!read.ok) assert.match(read.error.message, /\.$/);
  assert.ok((user + system) / 1e6 < 10, `took ${(user + system) / 1e6} s of processor time`);
}

test('a DOCTYPE is refused, with and without entities, external ones too', async () => {
  const doctypes = [
    '<!DOCTYPE Document>',
    '<!DOCTYPE d [<!ENTITY a "b">]>',
    '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE d SYSTEM "http://127.0.0.1/x.dtd">',
  ];
  for (const doctype of doctypes) await check(bytesOf(GOOD.replace('<Document', `${doctype}<Document`)), 'doctype');
});

test('a billion laughs are refused before the first', async () => {
  const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  const bomb = `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">${laughs}]><d>&l9;</d>`;
  await check(bytesOf(bomb), 'doctype');
});

test('a DOCTYPE that never ends is refused at its beginning', async () => {
  await check(bytesOf(`<!DOCTYPE d [${'<!ENTITY a "b">'.repeat(2_000_000)}`), 'doctype');
});

test('entities that no DOCTYPE has made are refused; those of XML itself are read', async () => {
  await check(bytesOf(GOOD.replace('>R1<', '>&evil;<')), 'malformed');
  await check(bytesOf(GOOD.replace('>R1<', '>&amp;&#65;&#x42;&lt;<')), 'read');
});

test('a flood of numeric references is bounded', async () => {
  await check(bytesOf(GOOD.replace('>R1<', `>${'&#65;'.repeat(1_000_000)}<`)), 'limit');
});

test('200 MB on disk are refused without being read', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'storno-bank-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'large.xml');
  writeFileSync(path, GOOD);
  truncateSync(path, 200 * 1024 * 1024);
  const before = process.memoryUsage().arrayBuffers;
  const read = await readBankFileAt(path);
  assert.equal(read.ok ? 'read' : read.error.kind, 'too_large');
  assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
});

test('a file of 100 MB without an end is refused early', async () => {
  await check(Buffer.alloc(100 * 1024 * 1024, 0x20), 'limit');
  await check(Buffer.concat([bytesOf('<a>'), Buffer.alloc(99 * 1024 * 1024, 0x41)]), 'namespace');
  await check(Buffer.concat([bytesOf(GOOD.slice(0, -20)), Buffer.alloc(90 * 1024 * 1024, 0x41)]), 'limit');
});

test('depth, attributes and the number of elements have limits', async () => {
  await check(bytesOf(GOOD.replace('<GrpHdr>', `<GrpHdr>${'<a>'.repeat(100_000)}`)), 'limit');
  const foreign = `<x:a xmlns:x="urn:x">${'<x:a>'.repeat(1000)}`;
  await check(bytesOf(GOOD.replace('<GrpHdr>', `<GrpHdr>${foreign}`)), 'limit');
  const attributes = Array.from({ length: 200 }, (_, at) => `a${at}="1"`).join(' ');
  await check(bytesOf(GOOD.replace('<GrpHdr>', `<GrpHdr ${attributes}>`)), 'limit');
  await check(bytesOf(GOOD.replace('<GrpHdr>', `<GrpHdr>${'<a/>'.repeat(300_000)}`)), 'limit');
  await check(bytesOf(GOOD.replace('<Ntry>', `${'<TxDtls/>'.repeat(600_000)}<Ntry>`)), 'limit');
});

test('elements of other namespaces are passed over', async () => {
  const foreign = '<x:Ntry xmlns:x="urn:x"><x:Amt Ccy="EUR">9</x:Amt><Ntry/></x:Ntry>';
  const read = await readBankFile(bytesOf(GOOD.replace('<Ntry>', `${foreign}<Ntry>`)));
  assert.equal(read.ok && read.value.kind === 'statements' && read.value.statements[0]?.entries.length, 1);
});

test('what is no bank file is told apart', async () => {
  await check(bytesOf(''), 'not_xml');
  await check(bytesOf('{"CstmrPmtStsRpt": {}}'), 'not_xml');
  await check(Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), 'packed');
  await check(Buffer.from([0x1f, 0x8b, 8, 0]), 'packed');
  await check(bytesOf(':20:STARTUMSE\n:25:10010010/1\n'), 'mt940');
  await check(bytesOf('<Document/>'), 'namespace');
  await check(bytesOf(GOOD.replaceAll('camt.053.001.04', 'camt.053.001.99')), 'version');
  await check(bytesOf(GOOD.replaceAll('camt.053.001.04', 'pacs.008.001.04')), 'namespace');
  await check(bytesOf(GOOD.slice(0, -10)), 'malformed');
});

test('contents that say no money are refused, not guessed', async () => {
  const faults: readonly (readonly [string, string])[] = [
    ['<Amt Ccy="EUR">2.50</Amt>', '<Amt Ccy="EUR">2,50</Amt>'],
    ['<Amt Ccy="EUR">2.50</Amt>', '<Amt Ccy="EUR">2.505</Amt>'],
    ['<Amt Ccy="EUR">2.50</Amt>', '<Amt Ccy="EUR">-2.50</Amt>'],
    ['<Amt Ccy="EUR">2.50</Amt>', '<Amt>2.50</Amt>'],
    ['<Amt Ccy="EUR">2.50</Amt>', '<Amt Ccy="QQQ">2.50</Amt>'],
    ['<Amt Ccy="EUR">2.50</Amt>', ''],
    ['<Sts>BOOK</Sts>', '<Sts>PERHAPS</Sts>'],
    ['<BookgDt><Dt>2026-11-10', '<BookgDt><Dt>2026-02-30'],
    ['CRDT</CdtDbtInd><Sts>', 'CRTD</CdtDbtInd><Sts>'],
    ['<IBAN>DE89370400440532013000</IBAN>', ''],
    ['<MsgId>M-S1</MsgId>', ''],
  ];
  for (const [from, to] of faults) {
    assert.ok(GOOD.includes(from), from);
    await check(bytesOf(GOOD.replace(from, to)), 'content');
  }
});

test('a text cannot steer a terminal', async () => {
  const text = `a\u009b31m${String.fromCharCode(0x202e)}b`;
  const read = await readBankFile(bytesOf(camt({ entries: [{ amount: '1.00', side: 'CRDT', text }] })));
  assert.equal(read.ok && read.value.kind === 'statements' && read.value.statements[0]?.entries[0]?.text, 'a 31m b');
});

test('encodings are handled or refused, and no broken byte becomes a letter', async () => {
  const umlaut = camt({ entries: [{ amount: '1.00', side: 'CRDT', text: 'Zürich €' }] });
  const declared = (name: string, text = umlaut) => text.replace('encoding="UTF-8"', `encoding="${name}"`);
  const latin = declared('ISO-8859-1', umlaut.replace('€', 'EUR'));
  const handled: readonly (readonly [Uint8Array, string])[] = [
    [bytesOf(umlaut), 'Zürich €'],
    [bytesOf(`\uFEFF${umlaut}`), 'Zürich €'],
    [bytesOf(umlaut.replace(/^<\?xml.*\?>\n/, '')), 'Zürich €'],
    [Buffer.from(latin, 'latin1'), 'Zürich EUR'],
    [Buffer.from(`\uFEFF${declared('UTF-16')}`, 'utf16le'), 'Zürich €'],
    [Buffer.from(declared('UTF-16'), 'utf16le'), 'Zürich €'],
    [Buffer.from(`\uFEFF${declared('UTF-16')}`, 'utf16le').swap16(), 'Zürich €'],
  ];
  for (const [bytes, expected] of handled) {
    const read = await readBankFile(bytes);
    assert.ok(read.ok && read.value.kind === 'statements', read.ok ? 'no statement' : read.error.message);
    assert.equal(read.value.statements[0]?.entries[0]?.text, expected);
  }
  const refused: readonly Uint8Array[] = [
    Buffer.from(umlaut.replace('€', 'EUR'), 'latin1'),
    Buffer.from(declared('ISO-8859-1').replace('€', '\u0080'), 'latin1'),
    bytesOf(declared('UTF-16')),
    bytesOf(declared('UTF-7')),
    Buffer.from(`\uFEFF${umlaut}`, 'utf16le'),
    Buffer.from([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0]),
    bytesOf(umlaut).slice(0, umlaut.indexOf('ü') + 1),
  ];
  for (const bytes of refused) await check(bytes, 'encoding');
});
