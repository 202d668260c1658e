/** One fault of a request, by RFC 6901. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * Every kind of problem that the API has: status and title. The name is the page, `/problems/<name>`, and a heading of
 * `docs/api.md`. Never renamed, for programs hang on it.
 */
export const PROBLEMS = {
  body_malformed: [400, 'The body is not JSON as we accept it'],
  request_invalid: [400, 'The request does not have the form that is documented'],
  cursor_invalid: [400, 'The cursor belongs to no page of this listing'],
  idempotency_key_missing: [400, 'This command needs the header Idempotency-Key'],
  signature_invalid: [400, 'The message is not signed by whom it says'],
  key_missing: [401, 'There is no key in the header Authorization'],
  key_invalid: [401, 'The key is not valid'],
  scope_missing: [403, 'The key may not do this'],
  person_needed: [403, 'This takes the key of a person'],
  not_permitted: [403, 'Another person must do this'],
  not_found: [404, 'There is no such thing'],
  rental_differs: [409, 'The rental is known, and was another'],
  rental_void: [409, 'The rental does not hold any more'],
  account_differs: [409, 'The rental belongs to another account'],
  state_changed: [409, 'It changed while it was worked on: ask again'],
  plan_stale: [409, 'What was read is not what stands any more'],
  command_running: [409, 'The same command is being carried out'],
  body_too_large: [413, 'The body is too large'],
  media_type_unsupported: [415, 'The body is of a type that is not accepted here'],
  refused: [422, 'The request is well formed, and cannot be done'],
  idempotency_key_reused: [422, 'The Idempotency-Key was used for another command'],
  digest_missing: [428, 'This decision needs the header If-Match'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'A defect of Storno'],
  unavailable: [503, 'The database does not answer'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemName = keyof typeof PROBLEMS;

/**
 * Thrown inside `http` alone, where it is always turned into an answer: it carries what the caller may know and
 * nothing else.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: ProblemName;
  /** For programs, where it says more than the name of the problem. */
  readonly code: string;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    problem: ProblemName,
    detail: string,
    more: {
      readonly code?: string;
      readonly faults?: readonly Fault[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.problem = problem;
    this.code = more.code ?? problem;
    this.faults = more.faults ?? [];
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.problem][0];
  }
}

/** The object of RFC 9457. */
export function problemOf(refusal: Refusal, requestId: string) {
  const [status, title] = PROBLEMS[refusal.problem];
  return {
    type: `/problems/${refusal.problem}`,
    title,
    status,
    detail: refusal.message,
    code: refusal.code,
    ...(refusal.faults.length === 0 ? {} : { errors: refusal.faults }),
    request_id: requestId,
  };
}

export const PROBLEM_TYPE = 'application/problem+json';
