import type { FastifyRequest } from 'fastify';
import type { Staff } from '../core/remedy/staff.ts';
import type { ApiPorts } from './ports.ts';
import { Refusal } from './problem.ts';

/** The person who asks, by his key: decisions are always a person's. A program's key decides nothing. */
export async function actorOf({ remedy }: ApiPorts, request: Pick<FastifyRequest, 'staffId'>): Promise<Staff> {
  if (request.staffId === null) {
    throw new Refusal(
      'person_needed',
      "This is a program's key. A person's is made with: storno key create --staff ID",
    );
  }
  const staff = await remedy.casework.readStaff(request.staffId);
  if (staff === null || staff.disabledAt !== null) {
    throw new Refusal('person_needed', 'Whose key this is does not work here any more.', { code: 'staff_disabled' });
  }
  return staff;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key it is; null for a program's, and at open operations. */
    staffId: string | null;
  }
}
