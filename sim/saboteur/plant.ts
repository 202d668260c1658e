import type { Provider } from '../../src/flow/ports/provider.ts';
import type { LiveStore } from '../../src/flow/ports/store.ts';
import type { Calendar } from '../../src/flow/ports/world.ts';

/**
 * A planted bug: one rule broken, from outside. The product has no hooks for it; what a careless author would have
 * written inside a flow is played between the flow and its ports. Wrappers live as long as the process they serve:
 * what they remember dies with it.
 */
export interface Saboteur {
  readonly name: string;
  /** The rule that it breaks: reliability.md §5 (M1 to M7, R1, R2, R4), an invariant, or a fault's handling. */
  readonly rule: string;
  readonly what: string;
  readonly plant: Plant;
}

export interface Plant {
  /** Before each run: what a bug keeps beyond one process is forgotten. */
  readonly begin?: () => void;
  readonly store?: (inner: LiveStore) => LiveStore;
  readonly provider?: (inner: Provider) => Provider;
  readonly calendar?: (inner: Calendar) => Calendar;
  /** The operator's own procedure: what to leave out after a restore. */
  readonly withoutFence?: true;
}

/** Every method as it was, but for those given. */
export function changed<T extends object>(inner: T, changes: Partial<T>): T {
  return new Proxy(inner, {
    get(target, name) {
      if (name in changes) return changes[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
