import type { Office } from '../../flow/ports/office.ts';
import { openCommands } from './office/commands.ts';
import { openDeliveries } from './office/deliveries.ts';
import { openEndpoints } from './office/endpoints.ts';
import { openEvents } from './office/events.ts';
import { readGauges } from './office/gauges.ts';
import { openKeys } from './office/keys.ts';
import type { OfficeBase } from './office/sql.ts';

/** Keys, commands, the order of events and who is told of them, in PostgreSQL. */
export function openOffice(base: OfficeBase): Office {
  return {
    ...openKeys(base),
    ...openCommands(base),
    ...openEvents(base),
    ...openEndpoints(base),
    ...openDeliveries(base),
    readGauges: (now) => readGauges(base, now),
  };
}
