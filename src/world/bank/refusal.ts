/** Why a file cannot be used at all. Nothing of it has been taken then. */
export interface BankRefusal {
  readonly kind:
    | 'too_large'
    | 'not_xml'
    | 'packed'
    | 'mt940'
    | 'encoding'
    | 'doctype'
    | 'malformed'
    | 'limit'
    | 'namespace'
    | 'version'
    | 'content';
  /** Says what is wrong and what to do, and follows the name of the file: `is no XML: …` */
  readonly message: string;
}

/** Ends the reading from wherever it is; caught in `readBankFile` only. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: BankRefusal;

  constructor(kind: BankRefusal['kind'], message: string) {
    super(message);
    this.refusal = { kind, message };
  }
}
