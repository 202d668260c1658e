import type { LetterBox } from '../../flow/ports/letters.ts';
import type { Calendar, Clock, Entropy, Log } from '../../flow/ports/world.ts';
import type { PostWorld } from '../../flow/remedy/send-letters.ts';
import type { LetterWorld } from '../../flow/remedy/write-letters.ts';
import { sha256 } from '../../world/digest.ts';
import { openLetterPost, POST_WAITS } from '../../world/letter/post.ts';
import { letterPress } from '../../world/letter/press.ts';
import type { LetterSettings } from './settings.ts';

interface Surroundings {
  readonly letters: LetterBox;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly entropy: Entropy;
  readonly log: Log;
}

/** What writes letters and what sends them, as the settings say. */
export function openLetterWorld(around: Surroundings, settings: LetterSettings): LetterWorld & PostWorld {
  return {
    ...around,
    operator: settings.operator,
    press: letterPress,
    post: openLetterPost({ smtpUrl: settings.smtpUrl, sender: settings.sender, waits: POST_WAITS }),
    digest: sha256,
  };
}
