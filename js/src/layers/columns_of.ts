/** Rows as the columns of a source. */
export const columnsOf = <R extends object>(names: readonly (keyof R & string)[], rows: readonly R[]) =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])) as { [K in keyof R]: R[K][] }
