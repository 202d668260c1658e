/** Thrown where the program itself is wrong. Never caught but at the top of a process. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** States what is proven to hold here. A failure is a defect of Storno, not of its input. */
export function assert(condition: boolean, fact: string): asserts condition {
  if (!condition) throw new Bug(`Bug! ${fact}`);
}
