import type { Finding, Innocent } from './finding.ts';
import type { Hearing } from './hearing.ts';

export function explainInnocence(_hearing: Hearing, _findings: readonly Finding[]): readonly Innocent[] {
  return [];
}
