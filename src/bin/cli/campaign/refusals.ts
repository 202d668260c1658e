import type { CampaignRefusal } from '../../../flow/remedy/campaign.ts';
import { COMMAND } from '../command.ts';
import { EXIT_CRASH, EXIT_NOT_APPROVED, EXIT_STALE, EXIT_USAGE, type Problem } from '../exit.ts';

/** Why a campaign does not do what somebody wants: the sentence, and the exit code. */
export function sayCampaignRefused(
  refusal: CampaignRefusal,
  planId: string,
): { readonly code: number; readonly problems: readonly Problem[] } {
  const { code, message } = say(refusal, planId);
  return { code, problems: [{ kind: refusal.kind, file: null, message }] };
}

function say(refusal: CampaignRefusal, planId: string): { readonly code: number; readonly message: string } {
  switch (refusal.kind) {
    case 'plan_unknown':
      return { code: EXIT_USAGE, message: `There is no plan ${planId}, or its policy cannot be read.` };
    case 'campaign_unknown':
      return { code: EXIT_USAGE, message: `Plan ${planId} has no campaign yet: ${COMMAND} run ${planId}` };
    case 'not_approved':
      return { code: EXIT_NOT_APPROVED, message: `Plan ${planId} waits for its approval by another person.` };
    case 'refused':
      return { code: EXIT_NOT_APPROVED, message: `Plan ${planId} was refused: make a new one.` };
    case 'expired':
      return {
        code: EXIT_STALE,
        message: `The approval of plan ${planId} has run out: make a new plan of what is left.`,
      };
    case 'may_not':
      return { code: EXIT_NOT_APPROVED, message: `This needs somebody with the role ${refusal.needs}.` };
    case 'wrong_state':
      return { code: EXIT_STALE, message: `The campaign of plan ${planId} is ${refusal.state}: there is no way back.` };
    case 'contended':
      return { code: EXIT_CRASH, message: `The campaign of plan ${planId} kept changing: try again.` };
  }
}
