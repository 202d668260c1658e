/**
 * Remembers what is costly to make, by its name. Names hold language tags, which come from customers: at `countMax`
 * everything is forgotten and made again, so that nobody fills the memory.
 */
export function remembering<T>(countMax: number): (name: string, make: () => T) => T {
  const known = new Map<string, T>();
  return (name, make) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (known.size >= countMax) known.clear();
    const made = make();
    known.set(name, made);
    return made;
  };
}
