import type { DisclosureReport } from "../../core/verifyDisclosure.ts";
import { verifyFile, type FileReport } from "../../core/verifyFile.ts";
import type { ChainCache } from "../../core/verifyDocument.ts";
import { nodeReader } from "../shared/askNode.ts";
import type { Place } from "../shared/place.ts";
import { words } from "../shared/words.ts";
import { conclude, type Conclusion } from "./conclude.ts";
import { concludeDisclosure } from "./concludeDisclosure.ts";
import type { Doc } from "./documents.ts";

/** What came of one document. `kind`, `report` and `file` are missing if it could not even be read. */
export type Result = {
  readonly name: string;
  readonly conclusion: Conclusion;
  readonly place: Place;
  readonly kind?: FileReport["kind"];
  readonly report?: DisclosureReport;
  readonly file?: Uint8Array<ArrayBuffer>;
};

/** Verifies document after document by one block of the node, and gives each result as it comes. */
export async function* checkAll(docs: readonly Doc[], place: Place): AsyncGenerator<Result> {
  const reader = nodeReader(place.node);
  const chainCache: ChainCache = new Map();
  for (const doc of docs) {
    try {
      const file = await doc.read();
      const { chainId, contract: address } = place;
      const { kind, report } = await verifyFile(file, {
        reader,
        trustedContract: { chainId, address },
        nowMs: Date.now(),
        chainCache,
      });
      const conclusion = kind === "receipt" ? conclude(report, place) : concludeDisclosure(report, place);
      yield { name: doc.name, conclusion, place, kind, report, file };
    } catch {
      yield { name: doc.name, conclusion: UNREAD, place };
    }
  }
}

/** Whatever breaks here is our page or the disk, never a verdict on the receipt. */
const UNREAD: Conclusion = {
  tone: "unsure",
  headline: words("文件读不出，无法判断", "Could not tell: the file cannot be read"),
  reasons: [],
  advice: [words("请重新选择文件；压缩包请先解压。", "Choose the file again; unpack an archive first.")],
};
