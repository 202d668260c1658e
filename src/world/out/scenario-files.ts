import { writeFile } from 'node:fs/promises';
import { chargesCsv, paymentsCsv, rentalsCsv, settlementsCsv, truthJson } from '../../core/scenario/files.ts';
import type { Scenario } from '../../core/scenario/write-history.ts';
import type { OutFolder } from './folder.ts';

/** The four files to scan and the truth to compare with, all or none. Answers their paths. */
export async function writeScenarioFiles(folder: OutFolder, scenario: Scenario): Promise<readonly string[]> {
  await writeFile(folder.stage('rentals.csv'), rentalsCsv(scenario.facts));
  await writeFile(folder.stage('payments.csv'), paymentsCsv(scenario.facts, scenario.repeated));
  await writeFile(folder.stage('charges.csv'), chargesCsv(scenario.facts));
  await writeFile(folder.stage('settlements.csv'), settlementsCsv(scenario.facts));
  await writeFile(folder.stage('truth.json'), truthJson(scenario.truth));
  return folder.commit();
}
