import type { Instant } from '../kernel/time.ts';

export const STAFF_ROLES = ['viewer', 'support', 'operator', 'approver', 'auditor', 'admin'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

/** A person who works here. Decisions are always a person's. */
export interface Staff {
  readonly staffId: string;
  readonly name: string;
  readonly roles: readonly StaffRole[];
  /** His own account as a customer, if he has one: he decides nothing about it. */
  readonly accountId: string | null;
  readonly recordedAt: Instant;
  readonly disabledAt: Instant | null;
}

/** Finds, plans, carries out. */
export function mayOperate({ roles, disabledAt }: Staff): boolean {
  return disabledAt === null && roles.includes('operator');
}

export function mayApprove({ roles, disabledAt }: Staff): boolean {
  return disabledAt === null && roles.includes('approver');
}

/** Makes people and policies. */
export function mayGovern({ roles, disabledAt }: Staff): boolean {
  return disabledAt === null && roles.includes('admin');
}

export function mayLook({ disabledAt }: Staff): boolean {
  return disabledAt === null;
}
