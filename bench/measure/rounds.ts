/** Takes turns, so that what else the machine does falls on all alike. @returns each one's results, in order */
export async function interleaved<Results extends Record<string, unknown>>(
  rounds: number,
  contenders: { [Name in keyof Results]: (round: number) => Promise<Results[Name]> },
): Promise<{ [Name in keyof Results]: Results[Name][] }> {
  const names = Object.keys(contenders) as (keyof Results)[];
  const results = Object.fromEntries(names.map((name) => [name, [] as unknown[]])) as { [Name in keyof Results]: Results[Name][] };
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, too.
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) results[name].push(await contenders[name](round));
  }
  return results;
}
