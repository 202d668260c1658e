import { assert } from '../../core/kernel/assert.ts';
import type { Clocks } from '../../core/remedy/notify/gather.ts';
import type { Calendar } from '../ports/world.ts';

/** How instants read on the clocks of a market's zone, which was checked when the market was made known. */
export function clocksOf({ localDay, localTime }: Calendar): Clocks {
  return (instant, zone) => {
    const [day, time] = [localDay(instant, zone), localTime(instant, zone)];
    assert(day !== null && time !== null, `${zone} is the zone of a market`);
    return { day, time };
  };
}
