import { readFile, writeFile } from "node:fs/promises";
import { HDNodeWallet, Mnemonic, hexlify, id, toUtf8Bytes } from "ethers";
import type { BaseContract, ContractMethod, ContractTransactionResponse, TypedDataDomain } from "ethers";
import hre, { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

type Act = ContractMethod<unknown[], ContractTransactionResponse, ContractTransactionResponse>;
type Callable<Name extends string> = Pick<BaseContract, "getAddress"> & Record<Name, Act>;

interface Reversal {
  readonly leaf: string;
  readonly by: number;
}

/** A ledger with as many units as asked for: unit i has key i - 1 and book i, whose first number is 1 of code i. */
interface Bench {
  readonly ledger: Callable<"admitUnit" | "grantBook" | "anchor">;
  readonly domain: TypedDataDomain;
  readonly keys: readonly HDNodeWallet[];
  /** The next number of each book, by its id. */
  readonly next: Map<number, number>;
}

const SEGMENT_TYPES = {
  Segment: [
    { name: "bookId", type: "uint32" },
    { name: "from", type: "uint40" },
    { name: "count", type: "uint24" },
    { name: "root", type: "bytes32" },
    { name: "reversals", type: "Reversal[]" },
  ],
  Reversal: [
    { name: "leaf", type: "bytes32" },
    { name: "by", type: "uint40" },
  ],
};
const SEGMENT_COUNTS = [1, 10, 100, 500];
const RECEIPT_COUNTS = [1, 1_000, 100_000];
const REVERSAL_COUNTS = [0, 1, 10, 100];
const TARGET_GAS = 15_000_000n;
const TARGET_SEGMENTS = 500;
const PROTOTYPE_GAS = 22_806n;
const SIZE_LIMIT = 24_576;
const BOOK_SIZE = 1_000_000;
const ZERO_ADDRESS = "0x0000000000000000000000000000000000000000";
const PAGE = new URL("../../docs/gas.md", import.meta.url);
const BEGIN = "<!-- begin: scripts/bench/gas.ts writes what follows -->";
const END = "<!-- end -->";

await main();

/** Measures gas beside the plain way in one run, prints the tables and puts them into docs/gas.md. */
async function main(): Promise<void> {
  await hre.tasks.getTask("build").run({ quiet: true });
  const connection = await network.create({ override: { blockGasLimit: 60_000_000 } });
  const bench = await openLedger(connection, TARGET_SEGMENTS + 2);
  await anchor(bench, [1]); // a ledger's first batch sets the slot of the batch counter: not the rule
  const baseline = await measureBaseline(connection);
  const text = [
    `One transaction for each receipt that stores one hash: ${commas(baseline)} gas.`,
    await batchTable(bench, baseline),
    await receiptTable(bench, baseline),
    await reversalTable(bench),
    await sizeLine(),
  ].join("\n\n");
  console.log(text);
  const [before = "", rest = ""] = (await readFile(PAGE, "utf8")).split(BEGIN);
  const after = rest.split(END)[1] ?? "\n";
  await writeFile(PAGE, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
  await connection.close();
}

async function openLedger(connection: NetworkConnection, unitCount: number): Promise<Bench> {
  const { ethers } = connection;
  const [bureau] = await ethers.getSigners();
  if (bureau === undefined) throw new Error("the chain has no accounts");
  const args = [bureau.address, bureau.address, 20, 3600, ZERO_ADDRESS];
  const ledger = callable<"admitUnit" | "grantBook" | "anchor">(await ethers.deployContract("ReceiptLedger", args));
  const { chainId } = await ethers.provider.getNetwork();
  const domain = { name: "Lianpiao", version: "1", chainId, verifyingContract: await ledger.getAddress() };
  const seed = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
  const parent = HDNodeWallet.fromMnemonic(seed, "m/44'/60'/7'/0");
  const keys = Array.from({ length: unitCount }, (_, index) => parent.deriveChild(index));
  for (const [index, key] of keys.entries()) {
    const code = "12440600" + String(index).padStart(9, "0") + "X";
    await ledger.admitUnit(hexlify(toUtf8Bytes(code)), key.address);
    await ledger.grantBook(index + 1, index + 1, 1, BOOK_SIZE);
  }
  return { ledger, domain, keys, next: new Map(keys.map((_, index) => [index + 1, 1])) };
}

/** Anchors the next `count` numbers of each book as one batch; answers the gas. */
async function anchor(bench: Bench, bookIds: readonly number[], count = 1, reversalCount = 0): Promise<bigint> {
  const segments = bookIds.map(async (bookId) => {
    const from = bench.next.get(bookId) ?? 1;
    const key = bench.keys[bookId - 1];
    if (key === undefined) throw new Error(`no key for book ${bookId}`);
    bench.next.set(bookId, from + count);
    const reversals: Reversal[] = Array.from({ length: reversalCount }, (_, i) => ({
      leaf: id(`original ${bookId} ${from + i}`),
      by: from + i,
    }));
    const segment = { bookId, from, count, root: id(`root ${bookId} ${from}`), reversals };
    return { ...segment, signature: await key.signTypedData(bench.domain, SEGMENT_TYPES, segment) };
  });
  return gasOf(bench.ledger.anchor(await Promise.all(segments)));
}

async function measureBaseline(connection: NetworkConnection): Promise<bigint> {
  const plain = callable<"store">(await connection.ethers.deployContract("HashPerReceipt"));
  await plain.store(id("the first receipt"));
  return gasOf(plain.store(id("any later receipt")));
}

/** ethers' own type knows no names, so that each call could be undefined. */
function callable<Name extends string>(contract: object): Callable<Name> {
  return contract as Callable<Name>;
}

/** One receipt in each segment: the worst case, where the plain way costs least beside ours. */
async function batchTable(bench: Bench, baseline: bigint): Promise<string> {
  const rows: string[][] = [];
  let largest = 0n;
  for (const size of SEGMENT_COUNTS) {
    const gas = await anchor(
      bench,
      Array.from({ length: size }, (_, index) => index + 1),
    );
    const plain = baseline * BigInt(size);
    rows.push([commas(size), commas(gas), commas(gas / BigInt(size)), commas(plain), ratio(plain, gas)]);
    if (size === TARGET_SEGMENTS) largest = gas;
  }
  const perSegment = largest / BigInt(TARGET_SEGMENTS);
  const verdict =
    `${TARGET_SEGMENTS} segments take ${commas(largest)} of ${commas(TARGET_GAS)} gas: target ` +
    `${largest <= TARGET_GAS ? "met" : "MISSED"}. The prototype took ${commas(PROTOTYPE_GAS)} a segment, ` +
    `${ratio(PROTOTYPE_GAS, perSegment)} times this.`;
  const head = ["segments", "gas a batch", "gas a segment", "baseline, 1 receipt a segment", "baseline / ours"];
  return `${table(head, rows)}\n\n${verdict}`;
}

/** One segment a batch, with more and more receipts in it. */
async function receiptTable(bench: Bench, baseline: bigint): Promise<string> {
  const rows: string[][] = [];
  const bookId = TARGET_SEGMENTS + 1;
  for (const count of RECEIPT_COUNTS) {
    const gas = await anchor(bench, [bookId], count);
    const plain = baseline * BigInt(count);
    rows.push([commas(count), commas(gas), commas(plain), ratio(plain, gas)]);
  }
  return table(["receipts in the one segment", "gas a batch", "baseline", "baseline / ours"], rows);
}

/** One segment a batch, with more and more red-letter receipts in it: the one thing that grows, a slot each. */
async function reversalTable(bench: Bench): Promise<string> {
  const rows: string[][] = [];
  const bookId = TARGET_SEGMENTS + 2;
  for (const count of REVERSAL_COUNTS) {
    const gas = await anchor(bench, [bookId], 1_000, count);
    rows.push([commas(count), commas(gas)]);
  }
  return table(["reversals in the one segment", "gas a batch"], rows);
}

async function sizeLine(): Promise<string> {
  const artifact = await hre.artifacts.readArtifact("ReceiptLedger");
  const size = (artifact.deployedBytecode.length - 2) / 2;
  return `ReceiptLedger is ${commas(size)} bytes of code; EIP-170 allows ${commas(SIZE_LIMIT)}.`;
}

async function gasOf(sending: Promise<ContractTransactionResponse>): Promise<bigint> {
  const sent = await sending;
  const receipt = await sent.wait();
  if (receipt === null) throw new Error(`no receipt for ${sent.hash}`);
  return receipt.gasUsed;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---:")), ...rows.map(line)].join("\n");
}

function commas(value: bigint | number): string {
  return value.toLocaleString("en-US");
}

/** Two decimals, rounded down. */
function ratio(a: bigint, b: bigint): string {
  const hundredths = (a * 100n) / b;
  return `${commas(hundredths / 100n)}.${String(hundredths % 100n).padStart(2, "0")}`;
}
