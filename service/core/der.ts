import { bytesOfHex, concatBytes } from "./bytes.ts";
import { AppError } from "./errors.ts";

/*
 * DER (X.690) for the few structures that we write and read. A library would accept BER, indefinite lengths and padded
 * numbers, and re-encode them away: here every byte must matter, so what is read must be exactly what would be written.
 */

/** One element: its tag octet, its contents, and the whole of it. */
export type DerNode = { readonly tag: number; readonly body: Uint8Array; readonly raw: Uint8Array };

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OID = 0x06;
export const SEQUENCE = 0x30;
export const SET = 0x31;
/** Context-specific, constructed: [n]. */
export const context = (n: number): number => 0xa0 + n;

/** Encodes one element around its contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return concatBytes(Uint8Array.from([tag, ...lengthOctets(length)]), ...contents);
}

/** Encodes an object identifier given as dotted decimals. Arcs may be of any size (a UUID is one). */
export function oid(text: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = text.split(".").map(BigInt);
  return der(OID, Uint8Array.from([first * 40n + second, ...rest].flatMap(base128)));
}

/** A constant written as hexadecimal without 0x. */
export const derConstant = (hex: string): Uint8Array => bytesOfHex(`0x${hex}`);

/**
 * Reads exactly one element.
 * @param tag that it must have, if given
 * @throws AppError der_malformed
 */
export function readDer(bytes: Uint8Array, tag?: number): DerNode {
  const [node, ...more] = readAll(bytes);
  if (node === undefined || more.length > 0) throw derMalformed("exactly one element was expected");
  return expectTag(node, tag);
}

/** Reads the elements that stand in another's contents. @throws AppError der_malformed */
export function childrenOf(node: DerNode): readonly DerNode[] {
  return readAll(node.body);
}

/** @throws AppError der_malformed if there is no such element, or it has another tag */
export function childAt(nodes: readonly DerNode[], index: number, tag?: number): DerNode {
  const node = nodes[index];
  if (node === undefined) throw derMalformed(`an element is missing at ${index}`);
  return expectTag(node, tag);
}

/** How many bytes the element that begins here takes. @throws AppError der_malformed */
export function derLength(bytes: Uint8Array): number {
  const head = readHead(bytes, 0);
  return head.start + head.length;
}

/** True for an INTEGER's contents if minimal and above zero. */
export function isPositiveInteger(node: DerNode): boolean {
  const [first = 0x80, second = 0] = node.body;
  if (node.tag !== INTEGER || first >= 0x80) return false;
  return first !== 0 || (node.body.length > 1 && second >= 0x80);
}

export function derMalformed(why: string): AppError {
  return new AppError("der_malformed", `the DER encoding is not as it must be: ${why}`);
}

function expectTag(node: DerNode, tag: number | undefined): DerNode {
  if (tag !== undefined && node.tag !== tag) throw derMalformed(`expected tag ${tag}, got ${node.tag}`);
  return node;
}

function readAll(bytes: Uint8Array): readonly DerNode[] {
  const nodes: DerNode[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const { start, length } = readHead(bytes, offset);
    const end = start + length;
    if (end > bytes.length) throw derMalformed("an element ends too early");
    nodes.push({ tag: bytes[offset] ?? 0, body: bytes.subarray(start, end), raw: bytes.subarray(offset, end) });
    offset = end;
  }
  return nodes;
}

function readHead(bytes: Uint8Array, offset: number): { readonly start: number; readonly length: number } {
  const [tag = 0x1f, first = 0x80] = bytes.subarray(offset, offset + 2);
  if ((tag & 0x1f) === 0x1f) throw derMalformed("a tag of many octets");
  if (first < 0x80) return { start: offset + 2, length: first };
  const width = first - 0x80;
  let length = 0;
  for (const octet of bytes.subarray(offset + 2, offset + 2 + width)) length = length * 256 + octet;
  const least = width === 1 ? 0x80 : 256 ** (width - 1);
  if (width < 1 || width > 3 || offset + 2 + width > bytes.length || length < least) {
    throw derMalformed("a length is not minimal, or past 2^24");
  }
  return { start: offset + 2 + width, length };
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 + octets.length, ...octets];
}

function base128(arc: bigint): readonly number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return octets;
}
