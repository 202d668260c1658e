import type { Pool } from 'pg';
import type { RefundStore } from '../../flow/ports/campaign.ts';
import { openCampaigns } from './campaign/campaigns.ts';
import { openCases } from './campaign/cases.ts';
import { applyRefunds } from './campaign/changes.ts';
import { openPace } from './campaign/pace.ts';
import { setUnpayable } from './campaign/unpayable.ts';
import { openControl } from './store/control.ts';

/** What a worker knows of campaigns, in PostgreSQL, as storno_worker. */
export function openRefunds(pool: Pool): RefundStore {
  return {
    ...openCases(pool),
    ...openCampaigns(pool),
    ...openPace(pool),
    setUnpayable: (unpayable) => setUnpayable(pool, unpayable),
    applyRefunds: (changes) => applyRefunds(pool, changes),
    readCursor: openControl(pool).readCursor,
  };
}
