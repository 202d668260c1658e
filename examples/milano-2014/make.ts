// Writes rentals.csv, payments.csv and truth.json of this example anew, the same to the byte:
//   node examples/milano-2014/make.ts
import { writeFileSync } from 'node:fs';
import { paymentsCsv, rentalsCsv, truthJson } from '../../src/core/scenario/files.ts';
import { makeMilano2014 } from '../../src/core/scenario/milano-2014.ts';

const { facts, repeated, truth } = makeMilano2014();
const files = {
  'rentals.csv': rentalsCsv(facts),
  'payments.csv': paymentsCsv(facts, repeated),
  'truth.json': truthJson(truth),
};
for (const [name, text] of Object.entries(files)) writeFileSync(new URL(name, import.meta.url), text);
