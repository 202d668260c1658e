import type { NewCustomer } from '../../../flow/ports/casework.ts';
import { type Fields, readCsv } from './read-csv.ts';

const ID = /^[A-Za-z0-9._~:-]{1,100}$/;
const LOCALE = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;
const NAME_LENGTH_MAX = 200;
const MAIL_LENGTH_MAX = 320;
const MARKET_LENGTH_MAX = 100;

/** `--customers`: people whom the database does not know; name and mail may be empty. */
export function readCustomers(path: string) {
  return readCsv<NewCustomer>(path, { required: ['account_id', 'home_market', 'locale'], read: customerOf });
}

function customerOf(fields: Fields): NewCustomer | string {
  const { account_id: accountId = '', home_market: homeMarket = '', locale = '', name = '', mail = '' } = fields;
  if (!ID.test(accountId)) return 'account_id must be an id of at most 100 plain characters';
  if (homeMarket === '' || homeMarket.length > MARKET_LENGTH_MAX) return 'home_market is missing or too long';
  if (!LOCALE.test(locale)) return 'locale must be a language such as it or de-AT';
  if (name.length > NAME_LENGTH_MAX) return `name is longer than ${NAME_LENGTH_MAX} characters`;
  if (mail.length > MAIL_LENGTH_MAX || (mail !== '' && !mail.includes('@'))) return 'mail is no mail address';
  return { accountId, homeMarket, locale, name: name === '' ? null : name, mail: mail === '' ? null : mail };
}
