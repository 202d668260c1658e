import { join } from 'node:path';
import { FACT_KINDS } from '../../../core/fact/fact.ts';
import { assert } from '../../../core/kernel/assert.ts';
import { DEFAULT_2014, type RemedyPolicy, remedyPolicyText } from '../../../core/remedy/remedy-policy.ts';
import type { Staff, StaffRole } from '../../../core/remedy/staff.ts';
import type { CampaignDesk } from '../../../flow/remedy/campaign.ts';
import type { CampaignWorld } from '../../../flow/remedy/campaign-world.ts';
import { type CaseworkWorld, setPolicy } from '../../../flow/remedy/casework.ts';
import type { GoodwillDesk } from '../../../flow/remedy/goodwill.ts';
import { ianaCalendar } from '../../../world/calendar.ts';
import { sha256 } from '../../../world/digest.ts';
import { systemEntropy } from '../../../world/entropy.ts';
import { openMailbox } from '../../../world/mailbox.ts';
import { openBankAccounts, openBankDesk } from '../../../world/postgres/bank.ts';
import { openCampaignOffice } from '../../../world/postgres/campaign/office.ts';
import { openRefunds } from '../../../world/postgres/campaign.ts';
import { openCasework } from '../../../world/postgres/casework.ts';
import { exportFacts } from '../../../world/postgres/facts.ts';
import { openLetterBox } from '../../../world/postgres/letters.ts';
import { openLetterWorld } from '../letter-world.ts';
import type { House } from './house.ts';

/** Who works on the incident. Anna plans, Bruno decides: neither can do the other's part. */
export interface People {
  readonly anna: Staff;
  readonly bruno: Staff;
}

/** Everything with which an incident is made good, each with the rights of its role. */
export type RemedyOffice = Awaited<ReturnType<typeof openRemedyOffice>>;

/** As the policy of 2014, but faster than Stripe allows: the sandbox takes it. */
const POLICY: RemedyPolicy = { ...DEFAULT_2014, campaign: { ...DEFAULT_2014.campaign, perTenSeconds: 1000 } };

const OPERATOR = {
  name: 'car2share Italia',
  contact: 'help@car2share.example',
  accountUrl: 'https://my.car2share.example',
};
/** The example account of the Italian banking association. */
export const OUR_BANK = { name: OPERATOR.name, iban: 'IT60X0542811101000000123456', bic: null };

export async function openRemedyOffice(house: House) {
  const { clock, folder } = house;
  const [api, worker] = [house.pool('storno_api'), house.pool('storno_worker')];
  const mailbox = await openMailbox(join(folder, 'mailbox'));
  const around = { clock, calendar: ianaCalendar, entropy: systemEntropy, digest: sha256 };
  const casework: CaseworkWorld = { casework: openCasework(api), clock, digest: sha256 };
  const campaign: CampaignWorld = { ...house.worker, refunds: openRefunds(worker) };
  const office = openCampaignOffice(api);
  const letterBox = openLetterBox(worker);
  return {
    around,
    casework,
    campaign,
    desk: { office, clock, entropy: systemEntropy } satisfies CampaignDesk,
    goodwill: { ...around, office, lots: house.api.store } satisfies GoodwillDesk,
    letters: openLetterWorld(
      { ...around, letters: letterBox, log: house.worker.log },
      {
        smtpUrl: mailbox.url,
        sender: { name: OPERATOR.name, address: 'noreply@car2share.example', replyTo: OPERATOR.contact },
        operator: OPERATOR,
      },
    ),
    letterBox,
    operator: OPERATOR,
    mailbox,
    bank: openBankDesk(worker),
    bankAccounts: openBankAccounts(api),
  };
}

export async function engage({ casework }: RemedyOffice): Promise<People> {
  const person = async (staffId: string, name: string, roles: readonly StaffRole[]): Promise<Staff> => {
    const staff = { staffId, name, roles, accountId: null, recordedAt: casework.clock.now(), disabledAt: null };
    await casework.casework.putStaff(staff);
    return staff;
  };
  const anna = await person('anna', 'Anna Moretti', ['operator', 'admin']);
  const bruno = await person('bruno', 'Bruno Keller', ['approver']);
  const set = await setPolicy(casework, { text: remedyPolicyText(POLICY), actor: anna });
  assert(set.ok, 'the policy of the demonstration can be read');
  return { anna, bruno };
}

/** The four layers of the live database as files: what the engine scans. */
export async function exportLayers(house: House, folder: string) {
  const client = await house.pool('storno_auditor').connect();
  try {
    const files = await exportFacts(client, folder);
    return { files, names: FACT_KINDS.flatMap((fact) => files[fact] ?? []) };
  } finally {
    client.release();
  }
}
