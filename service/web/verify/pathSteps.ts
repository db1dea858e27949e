/** One level of a Merkle path: on which side the sibling stands; none where the node moves up as it is. */
export type PathStep = { readonly side: "left" | "right" | "none"; readonly sibling: Uint8Array | undefined };

/**
 * The levels of a path, bottom up, as RFC 6962's shape has them (docs/ledger.md, Leaf and segment): what is drawn of a proof
 * whose hashes core has climbed.
 */
export function pathSteps(index: number, size: number, path: readonly Uint8Array[]): readonly PathStep[] {
  const steps: PathStep[] = [];
  let used = 0;
  for (let at = index, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    const side = at % 2 === 1 ? "left" : at < last ? "right" : "none";
    steps.push({ side, sibling: side === "none" ? undefined : path[used] });
    if (side !== "none") used += 1;
  }
  return steps;
}
