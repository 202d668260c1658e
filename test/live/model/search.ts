import { isFinal } from '../../../src/core/live/charge/case.ts';
import { type Move, movesOf, type Rules } from './moves.ts';
import { firstState, nameOf, type State } from './state.ts';

export interface Explored {
  readonly states: number;
  /** Null where every state is safe and can finish. */
  readonly counterexample: { readonly violated: string; readonly moves: readonly string[] } | null;
}

interface Node {
  readonly state: State;
  readonly from: Node | null;
  readonly move: string;
  /** Nodes with a move to this one. */
  readonly before: Node[];
}

/** Breadth first, so that the counterexample is a shortest one. */
export function explore(rules: Rules, faults: Parameters<typeof firstState>[0], statesMax: number): Explored {
  const first: Node = { state: firstState(faults), from: null, move: '', before: [] };
  const nodes = new Map<string, Node>([[nameOf(first.state), first]]);
  const queue: Node[] = [first];
  for (let next = 0; next < queue.length; next++) {
    const node = queue[next] as Node;
    for (const { name, to } of movesOf(node.state, rules)) {
      const key = nameOf(to);
      const known = nodes.get(key);
      if (known !== undefined) {
        known.before.push(node);
        continue;
      }
      const reached: Node = { state: to, from: node, move: name, before: [node] };
      const violated = violationOf(to);
      if (violated !== null) return { states: nodes.size, counterexample: { violated, moves: pathTo(reached) } };
      nodes.set(key, reached);
      queue.push(reached);
      if (nodes.size > statesMax) throw new Error(`more than ${statesMax} states`);
    }
  }
  const stuck = firstStuck(queue);
  const counterexample = stuck === null ? null : { violated: 'CanFinish', moves: pathTo(stuck) };
  return { states: nodes.size, counterexample };
}

function violationOf({ captures, booked, found }: State): string | null {
  if (captures.length > 1) return 'AtMostOnce';
  if (new Set(booked).size < booked.length) return 'BookedOnce';
  const real = new Set(captures.map(({ ref }) => `p:m:${ref}`));
  if (booked.some((ref) => !real.has(ref))) return 'NoPhantom';
  const isPaid = found.captures.some((capture) => !capture.isSurplus);
  if (found.intent.state === 'succeeded' && !isPaid) return 'NoPhantom';
  return null;
}

/** Final, or before a person after so many attempts that came to nothing; and what was taken is booked. */
function isOver({ found, captures, booked }: State): boolean {
  const { state } = found.intent;
  return (isFinal(state) || state === 'parked') && (captures.length === 0 || booked.length === 1);
}

/** The first state, in order of discovery, from which no path leads to an end. */
function firstStuck(nodes: readonly Node[]): Node | null {
  const finishing = new Set<Node>(nodes.filter(({ state }) => isOver(state)));
  const open = [...finishing];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const before of node.before) {
      if (finishing.has(before)) continue;
      finishing.add(before);
      open.push(before);
    }
  }
  return nodes.find((node) => !finishing.has(node)) ?? null;
}

function pathTo(node: Node): readonly string[] {
  const moves: string[] = [];
  for (let at: Node | null = node; at !== null && at.from !== null; at = at.from) moves.push(at.move);
  return moves.reverse();
}

export type { Move };
