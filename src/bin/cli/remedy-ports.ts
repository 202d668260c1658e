import type { Pool } from 'pg';
import type { RemedyPorts } from '../../http/ports.ts';
import { statementPress } from '../../world/letter/statement.ts';
import { openBankDesk } from '../../world/postgres/bank.ts';
import { openCampaignOffice } from '../../world/postgres/campaign/office.ts';
import { openCasework } from '../../world/postgres/casework.ts';
import { openLetterBox } from '../../world/postgres/letters.ts';
import { openStatements } from '../../world/postgres/statements.ts';

/** What the API makes an incident good with, as role storno_api. */
export function openRemedy(pool: Pool): RemedyPorts {
  return {
    casework: openCasework(pool),
    campaigns: openCampaignOffice(pool),
    letters: openLetterBox(pool),
    bank: openBankDesk(pool),
    statements: openStatements(pool),
    press: statementPress,
  };
}
