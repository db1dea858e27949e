import type { Unit } from "../app/storePorts.ts";
import type { Asker } from "./problem.ts";

/** A request, as a route's handler sees it: no koa, nothing of the socket. */
export type Call = {
  readonly asker: Asker;
  /** The path's variables by name, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body as received; empty if there is none. */
  readonly body: Uint8Array;
  /** A header field by lower-case name. */
  readonly field: (name: string) => string | undefined;
  /** The type that the asker likes best of those offered; the first if it has no wish or none fits. */
  readonly preferredType: (types: readonly string[]) => string;
  /** Where the request comes from, as far as the proxies that are trusted say so; "" if the socket is gone. */
  readonly address: string;
};

/** A request whose signature holds. */
export type SignedCall = Call & { readonly unit: Unit };

export type Reply = {
  readonly status: number;
  /** With the charset for text. */
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A JSON answer. */
export function jsonReply(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, type: "application/json; charset=utf-8", body: JSON.stringify(value), headers };
}
