import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesOfHex, concatBytes, hexOf, readUint, u32, utf8 } from "../../core/bytes.ts";
import { AppError } from "../../core/errors.ts";
import type { RpcRequest } from "../../core/ledgerCall.ts";
import type { DeclarationClaim } from "../../core/segment.ts";

const WORD = 32;
const TOPIC = hexOf(keccak_256(utf8("TotalsDeclared(uint32,uint40,uint64,uint64,uint40,uint64)")));

/**
 * All that was ever declared of a book, in order, from the contract's events; by any node, without our database.
 * @throws AppError rpc_malformed, and what the node's refusal is
 */
export async function declaredTotals(
  rpc: RpcRequest,
  contract: string,
  bookId: number,
): Promise<readonly DeclarationClaim[]> {
  const topics = [TOPIC, hexOf(concatBytes(new Uint8Array(28), u32(bookId)))];
  const logs = await rpc("eth_getLogs", [{ address: contract, fromBlock: "0x0", toBlock: "latest", topics }]);
  if (!Array.isArray(logs)) throw malformed();
  return logs.map((log: unknown) => claimOf(bookId, log));
}

function claimOf(bookId: number, log: unknown): DeclarationClaim {
  if (typeof log !== "object" || log === null || !("data" in log) || typeof log.data !== "string") throw malformed();
  const bytes = bytesOfHex(log.data);
  if (bytes.length !== 5 * WORD) throw malformed();
  const word = (index: number): number => {
    const start = index * WORD;
    const isSmall =
      bytes.subarray(start, start + 24).every((byte) => byte === 0) && readUint(bytes, start + 24, 4) < 2 ** 21;
    if (!isSmall) throw malformed();
    return readUint(bytes, start + 24, 8);
  };
  return { bookId, through: word(0), issuedFen: word(1), reversedFen: word(2), voidCount: word(3) };
}

const malformed = (): AppError => new AppError("rpc_malformed", "the node's answer is no list of declarations");
