import { FINDING_CLASSES, type Finding, GRADES } from '../finding.ts';
import { compareText } from './order.ts';

/**
 * The order of `findings.csv`: grade (proven first), class, account, rental, payment, and the id where all are equal.
 */
export function compareFindings(one: Finding, other: Finding): number {
  return (
    (one.grade === other.grade ? 0 : GRADES.indexOf(one.grade) - GRADES.indexOf(other.grade)) ||
    (one.class === other.class ? 0 : FINDING_CLASSES.indexOf(one.class) - FINDING_CLASSES.indexOf(other.class)) ||
    compareText(one.accountId, other.accountId) ||
    compareText(one.rentalId, other.rentalId) ||
    compareText(one.paymentId, other.paymentId) ||
    compareText(one.findingId, other.findingId)
  );
}
