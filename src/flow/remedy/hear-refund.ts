import { refundAttemptOf } from '../../core/remedy/refund/case.ts';
import { sightOfRefund } from '../../core/remedy/refund/look-up.ts';
import { readRefundMetadata } from '../../core/remedy/refund/reference.ts';
import type { ProviderPayment } from '../ports/provider.ts';
import { type Recording, recordRefund } from './record-refund.ts';

/**
 * A refund that an event or a listing shows: laid to the attempt that its metadata name, and to no other. False where
 * it is none of a campaign's, or of an attempt that this database does not know: then it is somebody's refund.
 */
export async function hearRefund(
  world: Recording,
  payment: ProviderPayment,
  hearing: 'event' | 'listing',
): Promise<boolean> {
  const naming = readRefundMetadata(payment.metadata);
  if (naming === null) return false;
  const found = await world.refunds.readRefund(naming.key);
  if (found === null || refundAttemptOf(found, naming.generation) === null) return false;
  const { providerRef, amount, status, metadata, code, createdAt, merchantAccount } = payment;
  const refund = { providerRef, amount, status, metadata, failureCode: code, createdAt };
  const observation = sightOfRefund(refund, { source: hearing, at: createdAt, merchantAccount });
  await recordRefund(world, naming.key, { generation: naming.generation, observation, mismatch: null });
  return true;
}
