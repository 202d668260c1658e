import { codeOf, codeOnly, importsOf, type Rule, type Source } from './source.ts';

/**
 * Which rooms each room may import, besides itself. Arrows point inwards: DESIGN in one table.
 * `scenario` makes histories on purpose; it knows facts and nothing of how they are judged.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'core/kernel': [],
  'core/fact': ['core/kernel'],
  'core/ledger': ['core/kernel', 'core/fact'],
  'core/remedy': ['core/kernel', 'core/fact', 'core/ledger'],
  'core/live': ['core/kernel', 'core/fact', 'core/ledger', 'core/remedy'],
  'core/scenario': ['core/kernel', 'core/fact'],
  flow: ['core'],
  world: ['core', 'flow'],
  http: ['core', 'flow'],
  web: ['core', 'http/contract'],
  bin: ['core', 'flow', 'world', 'http'],
};

/** Rooms that must not know that a world exists: no package, no Node module. */
const BARE = ['core', 'flow'];

/** Test files may look anywhere. */
export const importsPointInwards: Rule = (sources) =>
  codeOf(sources)
    .filter((source) => source.path.startsWith('src/') && !source.path.includes('.test.'))
    .flatMap((source) => importsOf(source).flatMap((target) => faultsOf(source.path, target)));

function faultsOf(path: string, target: string): readonly string[] {
  const room = roomOf(path);
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined) return [`${path} stands in no known room`];
  if (isPackage(target)) {
    return BARE.some((bare) => within(room, bare)) ? [`${path} (${room}) imports the package ${target}`] : [];
  }
  if (!target.startsWith('src/')) return [`${path} imports ${target}, which is not part of the product`];
  const inside = target.slice('src/'.length);
  if (within(inside, room) || allowed.some((other) => within(inside, other))) return [];
  return [`${path} (${room}) imports ${target}`];
}

function isPackage(target: string): boolean {
  return target.startsWith('node:') || !target.includes('.ts');
}

/** `core/kernel` for core, `world` for the rest. */
function roomOf(path: string): string {
  const [, room = '', inner = ''] = path.split('/');
  return room === 'core' ? `core/${inner}` : room;
}

function within(path: string, room: string): boolean {
  return path === room || path.startsWith(`${room}/`) || path.startsWith(`${room}.`);
}

/** Nobody imports what only watches: tests, simulator, bench, scripts. Between themselves they may. */
const WATCHERS = ['test', 'sim', 'bench', 'scripts'];

export const nothingImportsTests: Rule = (sources) =>
  codeOf(sources).flatMap((source) =>
    importsOf(source)
      .filter((target) => /\.test\.tsx?$/.test(target))
      .map((target) => `${source.path} imports the test ${target}`)
      .concat(
        source.path.startsWith('src/') && !source.path.includes('.test.')
          ? importsOf(source)
              .filter((target) => WATCHERS.some((watcher) => within(target, watcher)))
              .map((target) => `${source.path} imports ${target}`)
          : [],
      ),
  );

/** Loops of imports, of types too: each is named once, by the files on it. Tarjan's strongly connected components. */
export const importsMakeNoLoop: Rule = (sources) => {
  const graph = new Map(codeOf(sources).map((source) => [source.path, importsOf(source)]));
  return loopsIn(graph).map((files) => `loop: ${[...files].sort().join(' → ')}`);
};

function loopsIn(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const loops: string[][] = [];
  const visit = (path: string): number => {
    const index = order.size;
    order.set(path, index);
    stack.push(path);
    let low = index;
    for (const next of graph.get(path) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, lowest.get(next) ?? order.get(next) ?? low);
    }
    lowest.set(path, low);
    if (low === index) {
      const component = stack.splice(stack.indexOf(path));
      if (component.length > 1 || graph.get(path)?.includes(path)) loops.push(component);
    }
    return low;
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return loops;
}

/** Files that nobody imports and that start nothing: dead. */
export const everyFileIsUsed: Rule = (sources) => {
  const imported = new Set(codeOf(sources).filter(isNoTestOfItself).flatMap(importsOf));
  return codeOf(sources)
    .filter((source) => source.path.startsWith('src/') && !source.path.includes('.test.') && !isDoor(source))
    .filter((source) => !imported.has(source.path))
    .map((source) => `${source.path} is imported by nothing but tests`);
};

function isNoTestOfItself(source: Source): boolean {
  return !source.path.includes('.test.');
}

/** A file that is run, or only declares types for others' code: nobody imports it. */
function isDoor(source: Source): boolean {
  return /^src\/bin\/[^/]+\.ts$|\.d\.ts$/.test(source.path);
}

const EXPORT = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm;

/** Names that are exported and then said nowhere, in no other file and not in their own: dead. */
export const everyExportIsUsed: Rule = (sources) => {
  const code = codeOf(sources).map((source) => ({ ...source, words: wordsOf(source) }));
  return code
    .filter((source) => source.path.startsWith('src/') && !source.path.includes('.test.') && !isDoor(source))
    .flatMap((source) =>
      [...source.text.matchAll(EXPORT)]
        .map((match) => match[1] ?? '')
        .filter((name) => source.words.filter((word) => word === name).length === 1)
        .filter((name) => !code.some((other) => other !== source && other.words.includes(name)))
        .map((name) => `${source.path} exports ${name}, which nobody uses`),
    );
};

function wordsOf(source: Source): readonly string[] {
  return codeOnly(source.text).match(/[A-Za-z_$][\w$]*/g) ?? [];
}
