import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalText, type Json } from './canonical.ts';

test('equal values have one text: the example of RFC 8785, section 3.2.2', () => {
  const read: Json = JSON.parse(
    String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
  );
  assert.equal(
    canonicalText(read),
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

test('names stand in the order of their UTF-16 code units: RFC 8785, section 3.2.3', () => {
  const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
  const text = canonicalText(Object.fromEntries(names.map((name) => [name, 1])));
  const expected = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'];
  assert.equal(text, `{${expected.map((name) => `${JSON.stringify(name)}:1`).join(',')}}`);
});

test('a number that JSON does not have is a defect', () => {
  assert.throws(() => canonicalText(Number.NaN), /has no canonical text/);
});
