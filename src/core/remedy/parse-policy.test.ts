import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseRemedyPolicy } from './parse-policy.ts';
import { DEFAULT_2014, remedyPolicyJson, remedyPolicyText } from './remedy-policy.ts';

it('reads the policy of 2014 back as it was written', () => {
  assert.deepEqual(parseRemedyPolicy(remedyPolicyText(DEFAULT_2014)), { ok: true, value: DEFAULT_2014 });
});

type Policy = Record<string, Record<string, unknown> & unknown[]>;

const FAULTS: readonly (readonly [pointer: string, detail: RegExp, spoil: (policy: Policy) => void])[] = [
  ['/goodwill', /is missing/, (policy) => delete policy.goodwill],
  ['/caps/item', /must be an object of amounts/, (policy) => delete policy.caps?.item],
  ['/caps/itme', /is not known here/, (policy) => set(policy.caps, 'itme', {})],
  ['/caps/item/EUR', /must be a text/, (policy) => set(policy.caps, 'item', { EUR: 500 })],
  ['/caps/item/EUR', /more decimals/, (policy) => set(policy.caps, 'item', { EUR: '5.001' })],
  ['/caps/item/EUR', /below zero/, (policy) => set(policy.caps, 'item', { EUR: '-5.00' })],
  ['/caps/item/ZZZ', /no currency/, (policy) => set(policy.caps, 'item', { ZZZ: '5.00' })],
  ['/goodwill/minutes', /whole number from 0 to 10000/, (policy) => set(policy.goodwill, 'minutes', 30.5)],
  ['/goodwill/minutes', /whole number/, (policy) => set(policy.goodwill, 'minutes', '30')],
  ['/goodwill/city', /must be one of: home/, (policy) => set(policy.goodwill, 'city', 'any')],
  ['/goodwill/valid_days', /at least 1 where minutes/, (policy) => set(policy.goodwill, 'valid_days', 0)],
  ['/goodwill/ladder', /must rise/, (policy) => set(policy.goodwill, 'ladder', [rung(9), rung(9)])],
  ['/goodwill/ladder/0/after_days', /from 1/, (policy) => set(policy.goodwill, 'ladder', [rung(0)])],
  ['/channels', /at least one channel/, (policy) => set(policy, 'channels', [])],
  ['/channels', /within_days is null/, (policy) => policy.channels?.pop()],
  ['/channels', /twice/, (policy) => policy.channels?.push(policy.channels[1])],
  ['/channels/0/channel', /must be one of/, (policy) => set(policy.channels?.[0] as never, 'channel', 'cash')],
  ['/channels/0/by_provider', /must be an object/, (policy) => set(policy.channels?.[0] as never, 'by_provider', null)],
  ['/approval/valid_hours', /from 1 to 744/, (policy) => set(policy.approval, 'valid_hours', 745)],
  ['/campaign/per_ten_seconds', /from 1/, (policy) => set(policy.campaign, 'per_ten_seconds', 0)],
];

function set(part: object | undefined, name: string, value: unknown): void {
  Object.assign(part ?? {}, { [name]: value });
}

function rung(afterDays: number) {
  return { after_days: afterDays, minutes: 60 };
}

for (const [pointer, detail, spoil] of FAULTS) {
  it(`says at ${pointer} that it ${detail.source}`, () => {
    const policy = structuredClone(remedyPolicyJson(DEFAULT_2014)) as Policy;
    spoil(policy);
    const parsed = parseRemedyPolicy(JSON.stringify(policy));
    assert.ok(!parsed.ok);
    const found = parsed.error.find((error) => error.pointer === pointer);
    assert.match(found?.detail ?? JSON.stringify(parsed.error), detail);
  });
}

it('says that text is not JSON, and that a list is no policy', () => {
  assert.deepEqual(parseRemedyPolicy('{'), { ok: false, error: [{ pointer: '', detail: 'is not JSON' }] });
  assert.ok(!parseRemedyPolicy('[]').ok);
});
