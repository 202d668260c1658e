import type { LiveWorld } from './world.ts';
import { ITSELF } from './world.ts';

/** Stops charging for all workers. What is under way is finished; nothing is claimed any more. */
export async function stopCharging(
  world: LiveWorld,
  stop: { readonly reason: string; readonly by: string },
): Promise<void> {
  const at = world.clock.now();
  await world.store.setControl({ charging: 'stopped', reason: stop.reason, by: stop.by, at });
  const message = `Charging was stopped by ${stop.by}: ${stop.reason}. Resume with a reason once it is settled.`;
  await world.bell.raise({ kind: 'charging_stopped', message, subject: `${stop.by} at ${at}`, at });
}

/** Stops it unless it is stopped already: the first reason is the one that a person looks for. */
export async function stopByItself(world: LiveWorld, reason: string): Promise<void> {
  const control = await world.store.readControl();
  if (control.charging === 'running') await stopCharging(world, { reason, by: ITSELF });
}

export type Resumed = { readonly kind: 'resumed' } | { readonly kind: 'needs_a_person' };

/** Only a person resumes, and says why. */
export async function resumeCharging(
  world: LiveWorld,
  resume: { readonly reason: string; readonly by: string },
): Promise<Resumed> {
  if (resume.by === ITSELF || resume.by === '' || resume.reason === '') return { kind: 'needs_a_person' };
  await world.store.setControl({ charging: 'running', ...resume, at: world.clock.now() });
  return { kind: 'resumed' };
}
