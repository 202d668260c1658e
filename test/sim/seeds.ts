/** Seeds that once found something, and what. They stay: npm run sim -- --seed N --trace. */
export const SEEDS_THAT_FOUND: readonly (readonly [seed: number, what: string])[] = [
  [81, 'two corrections of one rental at once met an assertion: record and intents were read at two instants'],
  [180, 'a won dispute stayed booked as taken where the fetch of its charge had failed once'],
  [57, 'two payments under one key, both pending when they were listed: the second was never heard of again'],
  [731, 'two payments under one key, the second pending when its attempt was closed by the first: nobody asked for it'],
  [34, 'a provider that carries out again what it answered with an error: nothing may be sent twice to it'],
];
