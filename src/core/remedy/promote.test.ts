import assert from 'node:assert/strict';
import { test } from 'node:test';
import { history, sayFinding } from '../../../test/history.ts';
import { adjudicate } from './adjudicate.ts';
import type { IncidentWindow } from './cause.ts';
import type { Finding } from './finding.ts';
import { promote } from './promote.ts';

/** Two rentals charged again on the 16th, four and five days later: the incident. Then one pair of fees. */
function withFees(first: string, second: string): readonly Finding[] {
  return adjudicate(
    history(`rental r1 14.50 12T10:30
      rental r2 9.00 11T10:30
      charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T10:31 rental=r1
      charge p3 9.00 11T10:31 rental=r2
      charge p4 9.00 16T10:31 rental=r2
      charge q1 5.00 ${first} rental=r1 purpose=fee
      charge q2 5.00 ${second} rental=r1 purpose=fee`),
  ).findings;
}

const INCIDENT: IncidentWindow = {
  from: Date.UTC(2014, 10, 11, 10, 30),
  to: Date.UTC(2014, 10, 12, 10, 30),
  chargedFrom: Date.UTC(2014, 10, 16, 10, 0),
  chargedTo: Date.UTC(2014, 10, 16, 11, 0),
  inside: 2,
  outside: 0,
};

const feeOf = (findings: readonly Finding[]): string =>
  findings
    .filter(({ paymentId }) => paymentId === 'q2')
    .map(sayFinding)
    .join();

test('a fee charged again inside the incident and as far apart as its proven pairs becomes probable', () => {
  const findings = promote(withFees('12T04:31', '16T10:31'), INCIDENT);
  assert.equal(feeOf(findings), 'probable double_charge q2 keep q1 due 5.00 of a for r1');
  assert.match(
    findings.find(({ paymentId }) => paymentId === 'q2')?.reason ?? '',
    /It bears the fingerprint of the incident: charged in its window, and 4 d 6 h apart/,
  );
  assert.deepEqual(
    findings.map((finding) => finding.grade),
    ['proven', 'proven', 'probable'],
  );
});

test('a fee outside the window, closer or further apart than the proven pairs stays possible', () => {
  for (const [first, second] of [
    ['12T11:31', '16T11:31'],
    ['15T10:31', '16T10:31'],
    ['10T10:30', '16T10:31'],
  ] as const) {
    const findings = withFees(first, second);
    assert.match(feeOf(findings), /^possible/);
    assert.equal(promote(findings, INCIDENT), findings);
  }
});

test('without an incident nothing is raised', () => {
  const findings = withFees('12T04:31', '16T10:31');
  assert.equal(promote(findings, null), findings);
});

test('rentals, whatever their grade, are not raised by an incident', () => {
  const { findings } = adjudicate(
    history(`charge p1 14.50 12T10:31 rental=r1
      charge p2 14.50 16T10:31 rental=r1
      charge p3 9.00 12T10:31 rental=r2
      charge p4 8.00 16T10:31 rental=r2`),
  );
  assert.equal(promote(findings, INCIDENT), findings);
});
