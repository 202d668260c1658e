export interface MapOptions {
  readonly suggest: string;
  readonly out?: string;
}
