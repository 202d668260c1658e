import type { Json } from '../proof/canonical.ts';
import type { PackRow } from '../proof/pack.ts';
import { text } from '../proof/read-rows.ts';

/**
 * What a finding means for VAT. Invoiced twice: the second document states tax that was never due, and is corrected by
 * a credit note (Directive 2006/112/EC, articles 203, 219 and 90). Collected twice: one document and two payments; what
 * was taken beyond the price is no consideration, and giving it back corrects no invoice.
 */
export type VatTreatment = 'credit_note' | 'none' | 'undecided';

export interface VatLine {
  readonly account_id: string;
  readonly finding_id: string;
  readonly treatment: VatTreatment;
  readonly reason: string;
}

export function vatLineOf(finding: PackRow): VatLine {
  const [treatment, reason] = treatmentOf(text(finding, 'class'), booksOf(finding.evidence ?? null));
  return { account_id: text(finding, 'account_id'), finding_id: text(finding, 'finding_id'), treatment, reason };
}

/** How often our own books say that it was charged; null where they were not part of the search. */
function booksOf(evidence: Json): number | null {
  const layers = typeof evidence === 'object' && evidence !== null && 'layers' in evidence ? evidence.layers : null;
  const books = typeof layers === 'object' && layers !== null && 'books' in layers ? layers.books : null;
  return typeof books === 'number' ? books : null;
}

function treatmentOf(findingClass: string, books: number | null): readonly [VatTreatment, string] {
  switch (findingClass) {
    case 'acquirer_duplicate':
      return ['none', 'Doubled by bank or acquirer: we invoiced and collected once.'];
    case 'missing_twin':
      return ['none', 'Nothing was taken: the invoice stands and is still to be collected.'];
    case 'phantom':
      return ['credit_note', 'Invoiced twice, collected once: the second document is corrected.'];
    case 'duplicate_record':
      return ['credit_note', 'One drive was recorded and invoiced twice: the second document is corrected.'];
    case 'overcharge':
      return ['credit_note', 'Invoiced with a wrong amount: the document is corrected by what was too much.'];
    case 'charge_without_rental':
      return books === 0
        ? ['none', 'Collected without a document: nothing was invoiced.']
        : ['undecided', 'Nothing was delivered: if a document was issued for it, it is corrected.'];
    default:
      if (books === null) return ['undecided', 'Our books were not searched: look whether a second document exists.'];
      return books > 1
        ? ['credit_note', 'Invoiced twice and collected twice: the second document is corrected.']
        : ['none', 'Invoiced once and collected twice: no invoice is corrected.'];
  }
}
