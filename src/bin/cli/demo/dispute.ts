import type { House } from './house.ts';
import { workOff } from './ride.ts';

/** Of a hundred wrong charges one is disputed before anybody can give it back. */
const EVERY = 100;

export async function dispute(house: House, tell: (sentence: string) => void): Promise<void> {
  const { sandbox } = house.sandbox;
  const wrong = await wrongCharges(house);
  const disputed = wrong.filter((_, at) => at % EVERY === 0);
  for (const subject of disputed) await sandbox.happen({ what: 'dispute_opens', subject, account: '' });
  await workOff(house);
  tell(`${disputed.length} customers have gone to their bank already: their charges are in dispute.`);
}

async function wrongCharges(house: House): Promise<readonly string[]> {
  const { rows } = await house
    .pool('storno_auditor')
    .query<{ provider_ref: string }>('select provider_ref from storno.capture where is_surplus order by provider_ref');
  return rows.map((row) => row.provider_ref);
}
