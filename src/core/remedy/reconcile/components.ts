import type { Expectation, Movement } from './shape.ts';

interface Link {
  readonly expectation: Expectation;
  readonly movement: Movement;
}

/** What hangs together over links, in the order of the links. */
export function componentsOf<L extends Link>(
  links: readonly L[],
): readonly {
  readonly expectations: readonly Expectation[];
  readonly movements: readonly Movement[];
  readonly edges: readonly L[];
}[] {
  const parents = new Map<Expectation | Movement, Expectation | Movement>();
  const rootOf = (side: Expectation | Movement): Expectation | Movement => {
    let at = side;
    for (let above = parents.get(at); above !== undefined && above !== at; above = parents.get(at)) at = above;
    parents.set(side, at);
    return at;
  };
  for (const { expectation, movement } of links) parents.set(rootOf(expectation), rootOf(movement));
  return [...Map.groupBy(links, ({ expectation }) => rootOf(expectation)).values()].map((edges) => ({
    expectations: [...new Set(edges.map(({ expectation }) => expectation))],
    movements: [...new Set(edges.map(({ movement }) => movement))],
    edges,
  }));
}
