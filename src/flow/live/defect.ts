import type { LogFields } from '../ports/world.ts';

const FRAMES = 6;

/** Kind and place of what was thrown: enough to find it. Its message may quote what somebody sent. */
export function sayDefect(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const [, ...frames] = String(error.stack).split('\n    at ');
  return { error: error.name, at: frames.slice(0, FRAMES).join(' < ') };
}
