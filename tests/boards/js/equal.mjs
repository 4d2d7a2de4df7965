// The one comparison of the cases: by value, in the words of JSON.

export function equal(got, expected) {
  const [have, want] = [got, expected].map((value) => JSON.stringify(value));
  if (have !== want) throw new Error(`expected ${want}, got ${have}`);
}
