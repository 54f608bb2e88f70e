/** What the front end makes of what is given; NaN, which JSON has not, is null. */
export interface Case {
  given: unknown
  wanted: unknown
}

/** A case for each list of arguments. */
export const each = <A extends readonly unknown[]>(of: (...given: A) => unknown, ...lists: A[]): Case[] => lists.map((given) => ({ given, wanted: of(...given) }))

/** Numbers that are at random, and the same every time. */
export function chance(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}
